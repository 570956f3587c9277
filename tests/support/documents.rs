//! The code blocks of a document, put together to programs.

use super::installed::root;

/// One fenced block.
pub struct Block {
    pub language: String,
    pub text: String,
    /// The line that its text begins with, for what a compiler says.
    pub line: usize,
}

/// The blocks of a document of the project.
pub fn blocks(document: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(language), None) => {
                open = Some(Block { language: language.to_owned(), text: String::new(), line: at + 2 });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{document} ends inside a block");
    blocks
}

/// Those of one language.
pub fn of(document: &str, language: &str) -> Vec<Block> {
    let found: Vec<_> = blocks(document).into_iter().filter(|block| block.language == language).collect();
    assert!(!found.is_empty(), "{document} shows no {language}");
    found
}

/// How the fragments of a document become one program.
pub struct Frame {
    /// What a whole program has and a fragment has not.
    pub main: &'static str,
    /// What begins a fragment that stands outside of functions.
    pub outside: &'static [&'static str],
    /// Before everything.
    pub head: &'static str,
    /// A function named @, with the fragment as §.
    pub function: &'static str,
    /// Calls it.
    pub call: &'static str,
    /// The program's own function, with the calls as §.
    pub end: &'static str,
}

impl Frame {
    /// The whole programs among blocks, and the rest as one more.
    pub fn programs(&self, document: &str, blocks: &[Block]) -> (Vec<String>, String) {
        let (whole, fragments): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.text.contains(self.main));
        let (mut functions, mut calls) = (String::new(), String::new());
        for block in fragments {
            let place = format!("#line {} \"{document}\"\n", block.line);
            let place = if self.head.contains("#include") { place } else { String::new() };
            if self.outside.iter().any(|beginning| block.text.starts_with(beginning)) {
                functions.extend([&*place, &*block.text]);
            } else {
                let name = format!("line_{}", block.line);
                functions += &self.function.replace('@', &name).replace('§', &format!("{place}{}", block.text));
                calls += &self.call.replace('@', &name);
            }
        }
        let rest = format!("{}{functions}{}", self.head, self.end.replace('§', &calls));
        (whole.into_iter().map(|block| block.text.clone()).collect(), rest)
    }
}
