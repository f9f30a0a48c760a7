//! A simulated account that listens in the test's own process: it outlives the
//! program under test, and the test sees each request that reached it.

#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot go on fails the test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, mpsc};

use jiff::Timestamp;
use serde_json::Value;
use stanch::sim::scenario::Scenario;
use stanch::sim::{Options, Simulator, listen};
use tempfile::TempDir;

/// The web server with two interfaces of the scenario, under the seed of these tests.
pub const WEB: &str = "i-06779328010548007";

/// Starts of actions that change nothing.
const READS: [&str; 5] = ["Describe", "Get", "List", "Lookup", "Simulate"];

/// The account, and a home folder for the programs that use it.
pub struct Account {
    /// The account itself.
    pub sim: Arc<Simulator>,
    /// Where it listens.
    pub url: String,
    /// The state and configuration of whoever works in it.
    pub home: TempDir,
    /// Its requests are served as long as this lives.
    _server: tokio::runtime::Runtime,
}

impl Account {
    /// A fresh account, so many times as fast as the world.
    pub fn open(speed: f64) -> Self {
        Self::of(Scenario::named("leaked-key").unwrap(), speed)
    }

    /// The same after the attack, with no work but the tester's before and after.
    pub fn still(speed: f64) -> Self {
        let mut scenario = Scenario::named("leaked-key").unwrap();
        (scenario.background.history, scenario.background.per_minute) = (0, 0.0);
        scenario.activities.clear();
        scenario.steps.retain(|step| step.at <= 0 && step.every.is_none());
        scenario.scaling_groups.iter_mut().for_each(|group| group.surge = None);
        Self::of(scenario, speed)
    }

    fn of(scenario: Scenario, speed: f64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program under test goes by the clock on the wall")]
        let options = Options { speed, ..Options::new(scenario, 7, Timestamp::now()) };
        let server = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let sim = server.block_on(async { Simulator::new(options) });
        let (told, address) = mpsc::channel::<SocketAddr>();
        let served = Arc::clone(&sim);
        server.spawn(async move {
            let any = "127.0.0.1:0".parse().unwrap();
            listen::serve(served, any, false, |address| told.send(address).unwrap()).await
        });
        let url = format!("http://{}", address.recv().unwrap());
        Self { sim, url, home: tempfile::tempdir().unwrap(), _server: server }
    }

    /// The environment of a program that works in the account, and nothing of the tester's own.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path();
        vec![
            ("HOME", home.display().to_string()),
            ("XDG_STATE_HOME", home.join("state").display().to_string()),
            ("XDG_CONFIG_HOME", home.join("config").display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".into()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".into()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into()),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_ENDPOINT_URL", self.url.clone()),
        ]
    }

    /// The program with arguments, in this account.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(arguments).env_clear().envs(self.environment()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn stanch(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program to its end, which must be a good one, and reads the JSON that it prints.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.stanch(arguments);
        assert!(output.status.success(), "stanch {arguments:?}\n{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many requests reached the account so far.
    pub fn so_far(&self) -> usize {
        self.sim.requests().len()
    }

    /// The requests that changed something, as the account served them, from a number on.
    pub fn writes(&self, from: usize) -> Vec<String> {
        let log = self.sim.requests();
        let real = log.iter().skip(from).filter(|one| !one.dry_run);
        real.filter(|one| !READS.iter().any(|read| one.action.starts_with(read)))
            .map(|one| format!("{} {}", one.action, one.status))
            .collect()
    }

    /// What the account answers to an EC2 request that changes nothing, as XML:
    /// no client of ours is between.
    pub fn ec2(&self, parameters: &str) -> String {
        self.query("ec2", &format!("Version=2016-11-15&{parameters}"))
    }

    /// The same of any service that takes parameters as a form.
    pub fn query(&self, service: &str, body: &str) -> String {
        let address = self.url.trim_start_matches("http://");
        let scope = format!("AKIAIOSFODNN7EXAMPLE/20261125/eu-west-1/{service}/aws4_request");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The folder of the cases.
    pub fn cases(&self) -> std::path::PathBuf {
        self.home.path().join("state/stanch/cases")
    }
}

/// What a program said, on both channels.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// How many whole lines a journal has.
pub fn lines(journal: &Path) -> usize {
    std::fs::read_to_string(journal).map_or(0, |text| text.matches('\n').count())
}
