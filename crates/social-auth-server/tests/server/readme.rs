//! What the README says to type, typed.

use std::process::Stdio;

use tokio::process::Command;

use crate::program::Program;

const README: &str = include_str!("../../README.md");

/// The commands below a heading.
fn commands(heading: &str) -> &'static str {
    let (_, section) = README.split_once(&format!("## {heading}\n")).expect("the heading");
    let (_, rest) = section.split_once("```sh\n").expect("commands");
    rest.split_once("```").expect("their end").0
}

/// What the comments behind commands say that they print, in order.
fn expected(commands: &str) -> Vec<&str> {
    let printing = commands.lines().filter(|line| !line.trim_start().starts_with('#'));
    printing
        .filter_map(|line| line.split_once(" # "))
        .filter(|(command, _)| !command.contains("() {"))
        .map(|(_, said)| said.trim())
        .collect()
}

#[tokio::test]
async fn the_walk_through_token_sign_in_works_as_it_is_written() {
    let demo = Program::demo().await;
    let commands = commands("Sign-in with a token, by hand");
    assert!(commands.contains("site=http://127.0.0.1:8000\n"));
    let typed = commands.replace("http://127.0.0.1:8000", &demo.address);
    // Each answer on a line of its own, whether or not it ends with one.
    let typed =
        format!("curl() {{ command curl \"$@\"; local end=$?; case \" $* \" in *' -w '*) ;; *) echo ;; esac; return $end; }}\n{typed}");
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", &typed]).stdin(Stdio::null()).output().await.expect("bash and curl");
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{error}{}", demo.log());
    let said: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    let expected = expected(commands);
    assert_eq!(said.len(), expected.len(), "{said:#?} {expected:#?}");
    for (said, expected) in said.iter().zip(&expected) {
        assert!(said.starts_with(expected), "{said:?} instead of {expected:?}");
    }
    assert_eq!(expected.len(), 10);
}
