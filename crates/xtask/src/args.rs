//! The command line, taken apart by hand: switches, values, and a kind word about what is left over.

use crate::error::{Error, Result};

/// The words after the command's name.
pub struct Args {
    command: String,
    words: Vec<String>,
}

impl Args {
    /// `command` is named in messages; `words` are what followed it.
    pub fn new(command: &str, words: Vec<String>) -> Self {
        Args { command: command.to_string(), words }
    }

    /// Takes a switch such as `--open` out of the words; true when it stood there.
    pub fn switch(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes `--name value` or `--name=value` out of the words.
    pub fn value(&mut self, name: &str) -> Result<Option<String>> {
        let joined = format!("{name}=");
        if let Some(at) = self.words.iter().position(|word| word.starts_with(&joined)) {
            return Ok(Some(self.words.remove(at)[joined.len()..].to_string()));
        }
        let Some(at) = self.words.iter().position(|word| word == name) else {
            return Ok(None);
        };
        if at + 1 >= self.words.len() {
            return Err(Error::Usage(format!("{name} needs a value, as in `{name} 8080`")));
        }
        self.words.remove(at);
        Ok(Some(self.words.remove(at)))
    }

    /// All words that are left, for a command that takes any number of names.
    pub fn words(self) -> Vec<String> {
        self.words
    }

    /// Every word must have been taken by now.
    pub fn finish(self) -> Result<()> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(Error::Usage(format!("`cargo xtask {}` does not know `{word}`", self.command))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> Args {
        Args::new("serve", words.iter().map(|w| w.to_string()).collect())
    }

    #[test]
    fn takes_switches_and_both_spellings_of_a_value() {
        let mut a = args(&["--open", "--port", "9000"]);
        assert!(a.switch("--open") && !a.switch("--debug"));
        assert_eq!(a.value("--port").unwrap().as_deref(), Some("9000"));
        a.finish().unwrap();
        assert_eq!(args(&["--port=7"]).value("--port").unwrap().as_deref(), Some("7"));
    }

    #[test]
    fn a_missing_value_and_an_unknown_word_are_named() {
        assert!(args(&["--port"]).value("--port").unwrap_err().to_string().contains("--port needs a value"));
        let left = args(&["--prot"]).finish().unwrap_err().to_string();
        assert!(left.contains("`--prot`") && left.contains("cargo xtask help"), "{left}");
    }
}
