//! Instance types: the families that the account can launch, with what they hold.

use serde_json::{Value, json};

/// A family: its name, the architecture, GiB of memory for each virtual CPU, and its
/// sizes with their virtual CPUs.
struct Family(&'static str, &'static str, f64, &'static [(&'static str, u32)]);

/// The sizes that most families have some of, in order: each takes a part.
const SIZES: &[(&str, u32)] = &[
    ("medium", 1),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("12xlarge", 48),
    ("16xlarge", 64),
    ("24xlarge", 96),
    ("48xlarge", 192),
];
const STANDARD: &[(&str, u32)] = SIZES.split_at(9).0.split_at(1).1;
const GRAVITON: &[(&str, u32)] = SIZES.split_at(8).0;
const GRAPHICS: &[(&str, u32)] = SIZES.split_at(2).1;

const C5: &[(&str, u32)] = &[
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("9xlarge", 36),
    ("12xlarge", 48),
    ("18xlarge", 72),
    ("24xlarge", 96),
];

/// Figures from the pages on instance types; the memory of the small burstable sizes
/// does not follow their CPUs and is set right in [`all`].
const FAMILIES: &[Family] = &[
    Family("m1", "x86_64", 1.7, &[("small", 1)]),
    Family("m3", "x86_64", 3.75, &[("medium", 1), ("large", 2), ("xlarge", 4), ("2xlarge", 8)]),
    Family("t2", "x86_64", 4.0, BURSTABLE),
    Family("t3", "x86_64", 4.0, BURSTABLE),
    Family("t3a", "x86_64", 4.0, BURSTABLE),
    Family("t4g", "arm64", 4.0, BURSTABLE),
    Family("m5", "x86_64", 4.0, STANDARD),
    Family("m5a", "x86_64", 4.0, STANDARD),
    Family("m6i", "x86_64", 4.0, STANDARD),
    Family("m7i", "x86_64", 4.0, STANDARD),
    Family("m6g", "arm64", 4.0, GRAVITON),
    Family("m7g", "arm64", 4.0, GRAVITON),
    Family("c5", "x86_64", 2.0, C5),
    Family("c6i", "x86_64", 2.0, STANDARD),
    Family("c6a", "x86_64", 2.0, STANDARD),
    Family("c7i", "x86_64", 2.0, STANDARD),
    Family("c6g", "arm64", 2.0, GRAVITON),
    Family("c7g", "arm64", 2.0, GRAVITON),
    Family("r5", "x86_64", 8.0, STANDARD),
    Family("r6i", "x86_64", 8.0, STANDARD),
    Family("r7i", "x86_64", 8.0, STANDARD),
    Family("r6g", "arm64", 8.0, GRAVITON),
    Family("r7g", "arm64", 8.0, GRAVITON),
    Family("g4dn", "x86_64", 4.0, GRAPHICS.split_at(6).0),
    Family("g5", "x86_64", 4.0, GRAPHICS),
    Family("p3", "x86_64", 7.625, &[("2xlarge", 8), ("8xlarge", 32), ("16xlarge", 64)]),
    Family("p4d", "x86_64", 12.0, &[("24xlarge", 96)]),
    Family("p5", "x86_64", 10.67, &[("48xlarge", 192)]),
    Family("x1", "x86_64", 15.25, &[("16xlarge", 64), ("32xlarge", 128)]),
];

const BURSTABLE: &[(&str, u32)] =
    &[("nano", 2), ("micro", 2), ("small", 2), ("medium", 2), ("large", 2), ("xlarge", 4), ("2xlarge", 8)];

/// An instance type.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// `t3.medium`.
    pub name: String,
    /// `x86_64` or `arm64`.
    pub architecture: &'static str,
    /// Virtual CPUs.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory: u64,
}

/// All of them.
pub fn all() -> impl Iterator<Item = Type> {
    FAMILIES.iter().flat_map(|Family(family, architecture, ratio, sizes)| {
        sizes.iter().map(move |(size, cpus)| {
            let gib = match *size {
                "nano" => 0.5,
                "micro" => 1.0,
                "small" if family.starts_with('t') => 2.0,
                "medium" if family.starts_with('t') => 4.0,
                _ => f64::from(*cpus) * ratio,
            };
            Type { name: format!("{family}.{size}"), architecture, cpus: *cpus, memory: (gib * 1024.0) as u64 }
        })
    })
}

/// The type of that name.
pub fn of(name: &str) -> Option<Type> {
    all().find(|one| one.name == name)
}

/// Cores and threads as an instance shows them.
pub fn cpu_options(name: &str) -> Value {
    let Some(found) = of(name) else { return Value::Null };
    let threads = if found.architecture == "arm64" || found.cpus == 1 { 1 } else { 2 };
    json!({"coreCount": found.cpus / threads, "threadsPerCore": threads})
}

impl Type {
    /// As DescribeInstanceTypes shows it.
    pub fn show(&self) -> Value {
        let threads = if self.architecture == "arm64" || self.cpus == 1 { 1 } else { 2 };
        json!({
            "instanceType": self.name,
            "currentGeneration": !matches!(self.name.split('.').next(), Some("m1" | "m3" | "t2" | "x1")),
            "freeTierEligible": matches!(self.name.as_str(), "t2.micro" | "t3.micro"),
            "supportedUsageClasses": ["on-demand", "spot"],
            "supportedRootDeviceTypes": ["ebs"],
            "supportedVirtualizationTypes": ["hvm"],
            "bareMetal": false,
            "hypervisor": if self.name.starts_with("t2.") { "xen" } else { "nitro" },
            "processorInfo": {"supportedArchitectures": [self.architecture]},
            "vCpuInfo": {"defaultVCpus": self.cpus, "defaultCores": self.cpus / threads, "defaultThreadsPerCore": threads},
            "memoryInfo": {"sizeInMiB": self.memory},
            "burstablePerformanceSupported": self.name.starts_with('t'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_cpus_and_memory_that_aws_publishes() {
        let memory = |name| of(name).map(|one| (one.cpus, one.memory));
        assert_eq!(memory("t3.micro"), Some((2, 1024)));
        assert_eq!(memory("m5.xlarge"), Some((4, 16 * 1024)));
        assert_eq!(memory("c7g.medium"), Some((1, 2048)));
        assert_eq!(memory("p3.16xlarge"), Some((64, 488 * 1024)));
        assert_eq!(memory("z9.huge"), None);
    }
}
