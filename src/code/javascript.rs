//! What a module of JavaScript exports, as far as its text says so.

use super::scan::{Kind, Scanner, Token};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// How a file is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    /// As an ES module.
    Es,
    /// As a CommonJS module.
    CommonJs,
    /// It is no JavaScript.
    None,
}

impl Module {
    /// Whether a file with this extension is JavaScript that can be loaded.
    #[must_use]
    pub fn may_be(extension: &str) -> bool {
        matches!(extension, "js" | "mjs" | "cjs")
    }

    /// The word for it in the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Es => "esm",
            Self::CommonJs => "commonjs",
            Self::None => "none",
        }
    }
}

/// Names that a module exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exports {
    /// In the order of the text, each once.
    pub names: Vec<SmolStr>,
    /// Whether there may be more, which only running it tells.
    pub more: bool,
}

impl Exports {
    fn add(&mut self, name: &str) {
        // The mark of a translated ES module is nothing that anybody calls; a name with escapes is not told apart from others.
        if name != "__esModule" && !self.names.iter().any(|known| known == name) {
            self.names.push(SmolStr::new(name));
        }
        self.more |= name.contains('\\');
    }
}

/// What a text says, read as either kind of module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Whether it has statements that only an ES module may have.
    pub is_es: bool,
    /// What it exports as an ES module.
    pub es: Exports,
    /// What it exports as a CommonJS module.
    pub common: Exports,
}

impl Script {
    /// Reads a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut reader = Reader { scanner: Scanner::new(text), ahead: VecDeque::new(), script: Self::default(), listed_whole: false };
        reader.read();
        let confused = reader.scanner.confused;
        let mut script = reader.script;
        script.es.more |= confused;
        script.common.more |= confused;
        script
    }

    /// What is said of a text that cannot be read.
    #[must_use]
    pub fn unknown() -> Self {
        let exports = Exports { names: Vec::new(), more: true };
        Self { is_es: false, es: exports.clone(), common: exports }
    }

    /// How a file with this extension is loaded, if nothing beside it says more.
    #[must_use]
    pub fn module(&self, extension: &str) -> Module {
        match extension {
            "mjs" => Module::Es,
            "cjs" => Module::CommonJs,
            "js" if self.is_es => Module::Es,
            "js" => Module::CommonJs,
            _ => Module::None,
        }
    }

    /// What it exports, loaded as a module of a kind.
    #[must_use]
    pub fn exports(&self, module: Module) -> Exports {
        match module {
            Module::Es => self.es.clone(),
            Module::CommonJs => self.common.clone(),
            Module::None => Exports { names: Vec::new(), more: true },
        }
    }
}

/// How many words may stand before a name that is declared: `async function *`, `static async get`.
const MODIFIERS: usize = 4;

struct Reader<'s> {
    scanner: Scanner<'s>,
    ahead: VecDeque<Token<'s>>,
    script: Script,
    /// Whether the text lists all that it exports as CommonJS.
    listed_whole: bool,
}

impl<'s> Reader<'s> {
    fn peek(&mut self, at: usize) -> Option<Token<'s>> {
        while self.ahead.len() <= at {
            let token = self.scanner.next()?;
            self.ahead.push_back(token);
        }
        self.ahead.get(at).copied()
    }

    fn take(&mut self) -> Option<Token<'s>> {
        self.peek(0)?;
        self.ahead.pop_front()
    }

    fn kind(&mut self, at: usize) -> Option<Kind<'s>> {
        self.peek(at).map(|token| token.kind)
    }

    fn is_sign(&mut self, at: usize, sign: u8) -> bool {
        self.kind(at) == Some(Kind::Sign(sign))
    }

    fn word(&mut self, at: usize) -> Option<&'s str> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn skip(&mut self, tokens: usize) {
        for _ in 0..tokens {
            self.take();
        }
    }

    fn read(&mut self) {
        // The tokens before, the last one first.
        let mut before: [Option<Kind<'s>>; 4] = [None; 4];
        while let Some(token) = self.take() {
            if let Kind::Word(word) = token.kind
                && before[0] != Some(Kind::Sign(b'.'))
            {
                match word {
                    "export" if token.depth == 0 => self.export(),
                    "import" => self.import(token.depth),
                    "exports" => self.common(before[0], 0),
                    "module" => self.module(before),
                    "Object" => self.object(),
                    _ => {}
                }
            }
            before = [Some(token.kind), before[0], before[1], before[2]];
        }
        self.script.common.more &= !self.listed_whole;
    }

    /// Behind `import`.
    fn import(&mut self, depth: usize) {
        let statement = match self.kind(0) {
            Some(Kind::Text(_) | Kind::Word(_)) => true,
            Some(Kind::Sign(sign)) => matches!(sign, b'{' | b'*'),
            _ => false,
        };
        let meta = self.is_sign(0, b'.') && self.word(1) == Some("meta");
        self.script.is_es |= meta || (statement && depth == 0);
    }

    /// Behind `export`, which is a statement wherever it stands outside of brackets.
    fn export(&mut self) {
        match self.kind(0) {
            Some(Kind::Word("default")) => self.script.es.add("default"),
            Some(Kind::Word("const" | "let" | "var")) => {
                self.skip(1);
                self.declared();
            }
            Some(Kind::Word("async" | "function" | "class")) => {
                let mut at = 0;
                while matches!(self.kind(at), Some(Kind::Word("async" | "function" | "class") | Kind::Sign(b'*'))) && at < MODIFIERS {
                    at += 1;
                }
                if let Some(name) = self.word(at) {
                    self.script.es.add(name);
                }
            }
            Some(Kind::Sign(b'*')) => match (self.word(1), self.kind(2)) {
                (Some("as"), Some(Kind::Word(name) | Kind::Text(name))) => self.script.es.add(name),
                _ => self.script.es.more = true,
            },
            Some(Kind::Sign(b'{')) => {
                self.skip(1);
                self.listed();
            }
            // Nothing that a module could say: what it is instead is not known.
            _ => {
                self.script.es.more = true;
                return;
            }
        }
        self.script.is_es = true;
    }

    /// The names of `export { a, b as c }`.
    fn listed(&mut self) {
        let mut name = None;
        while let Some(token) = self.take() {
            match token.kind {
                Kind::Word("as") if name.is_some() && !matches!(self.kind(0), Some(Kind::Sign(_)) | None) => {}
                Kind::Word(word) | Kind::Text(word) => name = Some(word),
                Kind::Sign(b',' | b'}') => {
                    if let Some(name) = name.take() {
                        self.script.es.add(name);
                    }
                    if token.kind == Kind::Sign(b'}') {
                        return;
                    }
                }
                _ => {
                    self.script.es.more = true;
                    return;
                }
            }
        }
    }

    /// The names of `const a = 1, b = 2`.
    fn declared(&mut self) {
        loop {
            match self.kind(0) {
                Some(Kind::Word(name)) => {
                    self.skip(1);
                    self.script.es.add(name);
                }
                // What a pattern binds is left to the module.
                Some(Kind::Sign(b'{' | b'[')) => self.script.es.more = true,
                _ => return,
            }
            // To the comma before the next name.
            loop {
                let Some(token) = self.peek(0) else { return };
                let outside = token.depth == 0;
                match token.kind {
                    Kind::Sign(b',') if outside => break,
                    Kind::Sign(b';') if outside => return,
                    Kind::Word("export" | "import" | "const" | "let" | "var" | "function" | "class" | "if" | "for" | "return")
                        if outside && token.begins_line =>
                    {
                        return;
                    }
                    // An expression may hold what else is looked for.
                    Kind::Word("import") => {
                        self.skip(1);
                        self.import(token.depth.max(1));
                    }
                    _ => self.skip(1),
                }
            }
            self.skip(1);
        }
    }

    /// Behind `module`.
    fn module(&mut self, before: [Option<Kind<'s>>; 4]) {
        if self.is_sign(0, b'.') && self.word(1) == Some("exports") {
            self.common(before[0], 2);
            if self.assigned(2) {
                // Bundlers list what they export in a sentence that is never run: `0 && (module.exports = { a, b })`.
                let never_run = [Some(Kind::Sign(b'(')), Some(Kind::Sign(b'&')), Some(Kind::Sign(b'&')), Some(Kind::Word("0"))];
                self.listed_whole |= before == never_run && self.is_sign(3, b'{');
                self.whole();
            }
        } else if self.is_sign(0, b'[') || (handed_over(before[0]) && matches!(self.kind(0), Some(Kind::Sign(b')' | b',')))) {
            self.script.common.more = true;
        }
    }

    /// Whether `=` stands there, and no comparison or arrow.
    fn assigned(&mut self, at: usize) -> bool {
        self.is_sign(at, b'=') && !self.is_sign(at + 1, b'=') && !self.is_sign(at + 1, b'>')
    }

    /// Whether a value is given there, also by `||=` and `??=`.
    fn given(&mut self, at: usize) -> bool {
        let twice = |reader: &mut Self, sign| reader.is_sign(at, sign) && reader.is_sign(at + 1, sign) && reader.assigned(at + 2);
        self.assigned(at) || twice(self, b'|') || twice(self, b'?') || twice(self, b'&')
    }

    /// Behind `exports` or `module`, whose `.exports` ends at a distance.
    fn common(&mut self, before: Option<Kind<'s>>, at: usize) {
        match (self.kind(at), self.kind(at + 1)) {
            (Some(Kind::Sign(b'.')), Some(Kind::Word(name))) => {
                if self.given(at + 2) {
                    self.script.common.add(name);
                }
            }
            (Some(Kind::Sign(b'[')), Some(Kind::Text(name))) if self.is_sign(at + 2, b']') => {
                if self.given(at + 3) {
                    self.script.common.add(name);
                }
            }
            // `exports = module.exports = { ... }` and `typeof exports` give it to nobody.
            _ if self.assigned(at) || before == Some(Kind::Word("typeof")) => {}
            _ => self.script.common.more = true,
        }
    }

    /// At `.exports =`: the entries of an object that is written out; of anything else nothing is known.
    fn whole(&mut self) {
        if !self.is_sign(3, b'{') {
            // `module.exports = exports = ...` goes on; `exports.a` is no object that is known.
            self.script.common.more |= !(matches!(self.word(3), Some("exports" | "module")) && self.goes_on());
            return;
        }
        self.skip(3);
        let Some(opening) = self.take() else { return };
        let inside = opening.depth + 1;
        let mut first = true;
        while let Some(token) = self.peek(0) {
            if token.depth < inside {
                return;
            }
            if first && token.depth == inside {
                first = false;
                self.entry(inside);
                continue;
            }
            first = token.depth == inside && token.kind == Kind::Sign(b',');
            self.skip(1);
        }
    }

    /// Whether `module.exports = exports = ` or `module.exports = module.exports = ` goes on behind the first sign.
    fn goes_on(&mut self) -> bool {
        if self.word(3) == Some("exports") { self.assigned(4) } else { self.is_sign(4, b'.') && self.word(5) == Some("exports") && self.assigned(6) }
    }

    /// One entry of an object; what follows its name is left.
    fn entry(&mut self, inside: usize) {
        let ends = |kind: Option<Kind<'_>>| matches!(kind, Some(Kind::Sign(b',' | b'}' | b':' | b'(')));
        for _ in 0..=MODIFIERS {
            match self.kind(0) {
                Some(Kind::Word("async" | "get" | "set" | "static")) if !ends(self.kind(1)) => self.skip(1),
                Some(Kind::Sign(b'*')) => self.skip(1),
                Some(Kind::Word(name) | Kind::Text(name)) => {
                    self.skip(1);
                    self.script.common.add(name);
                    return;
                }
                Some(Kind::Sign(b'}')) => return,
                _ => {
                    // A name that is computed, or the entries of another object.
                    self.script.common.more = true;
                    if self.peek(0).is_some_and(|token| token.depth >= inside) {
                        self.skip(1);
                    }
                    return;
                }
            }
        }
    }

    /// Behind `Object`: `Object.defineProperty(exports, "name", ...)`.
    fn object(&mut self) {
        if !(self.is_sign(0, b'.') && self.word(1) == Some("defineProperty") && self.is_sign(2, b'(')) {
            return;
        }
        let comma = match (self.word(3), self.word(5)) {
            (Some("exports"), _) => 4,
            (Some("module"), Some("exports")) if self.is_sign(4, b'.') => 6,
            _ => return,
        };
        if let (true, Some(Kind::Text(name))) = (self.is_sign(comma, b','), self.kind(comma + 1)) {
            self.script.common.add(name);
            // What was understood is not looked at again as something that is handed over.
            self.skip(comma + 1);
        }
    }
}

/// Whether a value behind this is an argument.
fn handed_over(before: Option<Kind<'_>>) -> bool {
    matches!(before, Some(Kind::Sign(b'(' | b',')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn es(text: &str) -> (Vec<String>, bool) {
        let script = Script::of(text);
        assert!(script.is_es, "{text}");
        (script.es.names.iter().map(ToString::to_string).collect(), script.es.more)
    }

    fn common(text: &str) -> (Vec<String>, bool) {
        let script = Script::of(text);
        assert!(!script.is_es, "{text}");
        (script.common.names.iter().map(ToString::to_string).collect(), script.common.more)
    }

    fn names(list: &[&str]) -> (Vec<String>, bool) {
        (list.iter().map(ToString::to_string).collect(), false)
    }

    #[test]
    fn names_of_es_modules() {
        for (text, list) in [
            ("export const handler = async (event) => ({ a: 1, b: [1, 2] });", &["handler"][..]),
            ("export async function handler(event) {}\nexport function* walk() {}\nexport class Store {}", &["handler", "walk", "Store"]),
            ("const x = 1\nexport { x as handler, x as default, x as \"a name\", x }", &["handler", "default", "a name", "x"]),
            ("export default async (event) => {}", &["default"]),
            ("export let a = f(1, 2), b = { c: 1, d }, e\nexport var g = `${`}, h`}, i`", &["a", "b", "e", "g"]),
            ("export const a = 1\nexport const b = 2", &["a", "b"]),
            ("export * as tools from './tools.mjs'; export { handler } from \"./a.mjs\"", &["tools", "handler"]),
            ("import { S3 } from '@aws-sdk/client-s3'\n// export const no = 1\n/* export const no = 1 */", &[]),
            (
                "#!/usr/bin/env node\nconst text = 'export const no = 1'; const more = `export const no = ${'export const no'}`;export{text as yes}",
                &["yes"],
            ),
            ("const r = /[/}]export const no = 1/g, s = 4 / 2; export const yes = a.return / 2; export const also = /\\//", &["yes", "also"]),
            ("if (a) /}'/.test(b)\nexport const yes = 1", &["yes"]),
            ("const u = import.meta.url", &[]),
            ("\u{feff}export const yes = {}\n/ 2", &["yes"]),
        ] {
            assert_eq!(es(text), names(list), "{text}");
        }
        for text in ["export * from './all.mjs'", "export const { a, b } = f()", "export const [a] = f()"] {
            assert!(es(text).1, "{text}");
        }
    }

    #[test]
    fn names_of_commonjs_modules() {
        for (text, list) in [
            ("exports.handler = async (event) => {};", &["handler"][..]),
            ("module.exports.handler = f; module.exports['other'] = g; exports[\"third\"] ||= 1", &["handler", "other", "third"]),
            (
                "module.exports = { handler, other: 1, 'third': 2, async fourth() {}, get fifth() { return { no: 1 } }, *sixth() {} }",
                &["handler", "other", "third", "fourth", "fifth", "sixth"],
            ),
            (
                "'use strict';\nObject.defineProperty(exports, \"__esModule\", { value: true });\nexports.handler = exports.other = void 0;",
                &["handler", "other"],
            ),
            ("Object.defineProperty(exports, 'handler', { enumerable: true, get: function () { return f; } })", &["handler"]),
            ("exports = module.exports = { handler };", &["handler"]),
            ("if (exports.debug === 1) {}\nconst { a } = require('a');\na.exports.no = 1; if (require.main === module) run()", &[]),
            ("module.exports = { import: 1, export: 2 }; x.import('a'); const p = import('./b.mjs')", &["import", "export"]),
            (
                "module.exports = __toCommonJS(src);\nvar f = __commonJS({ 'a.js'(exports2, module2) {} });\n0 && (module.exports = {\n  handler\n});",
                &["handler"],
            ),
            ("", &[]),
        ] {
            assert_eq!(common(text), names(list), "{text}");
        }
        for text in [
            "module.exports = require('./lib')",
            "module.exports = { ...require('./lib'), handler }",
            "module.exports = { [name]: 1 }",
            "__exportStar(require('./a'), exports)",
            "Object.assign(module.exports, { a: 1 })",
            "exports[name] = 1",
            "(function (module) {})(module)",
            "exports.a = 'no end",
            "exports.a = 1; }",
            "exports.a = `no end ${ x",
        ] {
            assert!(common(text).1, "{text}");
        }
    }

    #[test]
    fn the_extension_decides_where_it_says_something() {
        let (script, neither) = (Script::of("export const handler = 1"), Script::of("run()"));
        assert_eq!(
            [script.module("mjs"), script.module("js"), script.module("cjs"), script.module("ts")],
            [Module::Es, Module::Es, Module::CommonJs, Module::None]
        );
        assert_eq!([neither.module("mjs"), neither.module("js")], [Module::Es, Module::CommonJs]);
        assert!(script.exports(Module::CommonJs).names.is_empty());
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        let pieces = [
            "export", " const ", "{", "}", "(", ")", "`", "${", "'", "\"", "/", "//", "/*", "*/", "\\", "\n", "=", ",", "é", "\u{2028}", "module",
            ".", "exports", "Object", "[", "import",
        ];
        let mut state: u32 = 7;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            let _ = Script::of(&text);
        }
    }
}
