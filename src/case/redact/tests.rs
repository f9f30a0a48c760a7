use serde_json::json;

use super::{MARK, text, value};

/// An access key's secret, a session token, and the same token as a URL writes it.
const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEJb//////////wEaCWV1LXdlc3QtMSJHMEUCIQDt4w+x9Zk/5Q==";
const IN_URL: &str = "IQoJb3JpZ2luX2VjEJb%2F%2F%2F%2F%2F%2FwEaCWV1LXdlc3QtMSJHMEUCIQDt4w%2Bx9Zk%2F5Q%3D%3D";
const BASIC: &str = "dXNlcjpodW50ZXIy";

#[test]
fn secrets_behind_telling_keys_are_taken_out() {
    let record = json!({"credentials": {"accessKeyId": "ASIAEXAMPLE", "sessionToken": "abc", "secret_access_key": "x"},
        "userData": "IyEvYmlu", "list": [{"PrivateKey": "k"}], "password": null, "instanceId": "i-1",
        "X-Amz-Security-Token": "t", "masterUserPassword": "p", "Proxy-Authorization": "Basic x",
        "PasswordLastUsed": "2026-11-24", "nextToken": "page-2", "sha256": "00ff"});
    let clean = value(&record);
    for key in ["userData", "X-Amz-Security-Token", "masterUserPassword", "Proxy-Authorization"] {
        assert_eq!(clean[key], MARK, "{key}");
    }
    assert_eq!(clean["credentials"]["sessionToken"], MARK);
    assert_eq!(clean["credentials"]["secret_access_key"], MARK);
    assert_eq!(clean["credentials"]["accessKeyId"], "ASIAEXAMPLE");
    assert_eq!(clean["list"][0]["PrivateKey"], MARK);
    assert!(clean["password"].is_null());
    for key in ["instanceId", "PasswordLastUsed", "nextToken", "sha256"] {
        assert_eq!(clean[key], record[key], "{key}");
    }
}

#[test]
fn secrets_in_text_are_taken_out_in_every_form_and_what_is_around_them_stays() {
    // The text before, the secret, the text after.
    let forms = [
        ("aws_secret_access_key = ", KEY, "\nregion = eu-west-1"),
        ("export AWS_SECRET_ACCESS_KEY=", KEY, "; whoami"),
        ("export PASSWORD='", "hunter 22", "' # of i-0abc12de34f567890"),
        ("mysql --password=", "hunter22", " --user=app"),
        ("mysql --password ", "hunter22", " --user app"),
        ("aws configure set aws_secret_access_key ", KEY, " --profile prod"),
        ("aws rds modify-db-instance --master-user-password ", "hunter22", " --region eu-west-1"),
        ("AWS_SESSION_TOKEN=", TOKEN, " aws s3 ls"),
        ("token ", TOKEN, " end"),
        ("Authorization: Basic ", BASIC, "\nHost: example.com"),
        ("curl -H \"Authorization: Basic ", BASIC, "\" https://example.com/a"),
        ("Proxy-Authorization: Basic ", BASIC, ""),
        ("authorization: Bearer ", "3q2-7w.opaque_token~1", "\nHost: example.com"),
        ("sent Bearer ", "3q2-7w.opaque_token~1", " to example.com"),
        ("{\"Authorization\": \"Bearer ", "3q2-7w opaque", "\", \"instanceId\": \"i-0abc12de34f567890\"}"),
        ("{\\\"authorization\\\":\\\"Basic ", BASIC, "\\\",\\\"instanceId\\\":\\\"i-0abc12de34f567890\\\"}"),
        ("Authorization: Digest username=\"app\", ", "response=\"6629fae49393a05397450978507c4ef1\"", "\nHost: a"),
        ("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124, Signature=", "fe5f80f77d5fa3beca038a248ff027", ""),
        ("https://s3/o?X-Amz-Security-Token=", IN_URL, "&X-Amz-Expires=900"),
        ("https://s3/o?X-Amz-Expires=900&x-amz-security-token=", IN_URL, ""),
        ("https://s3/o?X-Amz-Signature=", "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024", "&a=b"),
        ("X-Amz-Security-Token: ", TOKEN, "\nHost: example.com"),
        ("aws_security_token=", "short", ""),
        ("SecurityToken: ", "short", ""),
        ("x-amz-security-token%3D", IN_URL, ""),
        ("{\"secretAccessKey\":\"", KEY, "\",\"accessKeyId\":\"AKIAIOSFODNN7EXAMPLE\"}"),
        ("{\\\"secretAccessKey\\\":\\\"", KEY, "\\\",\\\"accessKeyId\\\":\\\"AKIAIOSFODNN7EXAMPLE\\\"}"),
        ("{\\\\\\\"sessionToken\\\\\\\": \\\\\\\"", TOKEN, "\\\\\\\",\\\\\\\"user\\\\\\\": \\\\\\\"ada\\\\\\\"}"),
        ("{\\\"password\\\":\\\"", "hunter\\\\22, of old", "\\\",\\\"user\\\":\\\"ada\\\"}"),
        ("{\"password\": \"", "hun\\\"ter, 22", "\", \"user\": \"ada\"}"),
        ("%22secretAccessKey%22%3A%22", KEY, ""),
        ("<SecretAccessKey>", KEY, "</SecretAccessKey><UserId>AROA1</UserId>"),
        ("client_secret=", "abc.def", "&grant_type=refresh"),
        ("postgres", "://app:s3cr3t@", "db.internal/prod"),
        ("-----BEGIN RSA PRIVATE KEY-----\n", "MIIE", "\n-----END RSA PRIVATE KEY-----"),
        ("-----BEGIN PRIVATE KEY-----\n", "cut short", ""),
        ("aws ec2 modify-instance-attribute --user-data ", "c3RhbmNoIHNlY3JldCB1c2VyIGRhdGE=", " --region eu-west-1"),
        ("\"userData\":{\"value\":\"", "c3RhbmNoIHNlY3JldCB1c2VyIGRhdGE=", "\"}"),
    ];
    for (before, secret, after) in forms {
        let clean = text(&format!("{before}{secret}{after}"));
        assert!(clean.contains(MARK) && !clean.contains(secret), "{before}{secret}{after}\n{clean}");
        let left: Vec<&str> = secret.split(['/', ' ', ',', '\\', '"']).filter(|part| part.len() > 3).collect();
        assert!(left.iter().all(|part| !clean.contains(part)), "{left:?} in {clean}");
        // What names it and what stands beside it stays readable.
        for word in ["i-0abc12de34f567890", "AKIAIOSFODNN7EXAMPLE", "Host: example.com", "eu-west-1", "AROA1", "ada"] {
            let there = format!("{before}{after}").contains(word);
            assert!(!there || clean.contains(word), "{word} of {before}{secret}{after}\n{clean}");
        }
    }
}

#[test]
fn what_is_no_secret_stays_readable() {
    for plain in [
        "port 22 of sg-9 was opened",
        "i-0abc12de34f567890 vol-0ad38f84f506f62ba eni-01394d88c84b5d695 sgr-0f612d06b0e6367c3",
        "arn:aws:sts::123456789012:assumed-role/OnCall/alice",
        "arn:aws:iam::123456789012:role/token-service and arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf",
        "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "key AKIAIOSFODNN7EXAMPLE of ci-deploy, session ASIAIOSFODNN7EXAMPLE",
        "the basic monitoring of i-0abc12de34f567890 was turned off",
        "GetSessionToken, GetSecretValue and UpdateLoginProfile with PasswordResetRequired=true",
        "You are not authorized to perform this operation. Encoded authorization failure message is kept",
        "the token was invalid, and an access token: none was used",
        "NextToken=page-2&MaxResults=50",
        "aws ec2 authorize-security-group-ingress --group-id sg-9 --ip-permissions IpProtocol=tcp,FromPort=22",
        "{\"instanceId\":\"i-0abc12de34f567890\",\"clientToken\":\"e-1\"}",
    ] {
        assert_eq!(text(plain), plain);
    }
}
