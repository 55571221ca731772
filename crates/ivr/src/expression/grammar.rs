//! From tokens to a tree: recursive descent, bounded in depth.

use super::lexer::{Token, TokenKind, is_reserved, tokens};
use super::{Comparison, DEPTH_MAX, Fault, LENGTH_MAX, Shape, Tree};
use crate::told;
use crate::told::Told;
use crate::value::Value;

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Tree, Fault> {
    let length = text.chars().count();
    if length > LENGTH_MAX {
        let help = Some(told!("use several branches", "请用多个分支"));
        return Err(Fault {
            offset: 0,
            message: told!(
                "longer than {LENGTH_MAX} characters",
                "超过 {LENGTH_MAX} 个字符"
            ),
            help,
        });
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        let help = Some(told!(
            "for example \"caller.vip > 0\"",
            "例如 \"caller.vip > 0\""
        ));
        return Err(Fault {
            offset: 0,
            message: told!("an expression is missing", "缺少表达式"),
            help,
        });
    }
    let mut parser = Parser {
        tokens,
        next: 0,
        end: u32::try_from(length).unwrap_or(u32::MAX),
        depth: 0,
    };
    let tree = parser.any()?;
    match parser.peek() {
        None => Ok(tree),
        Some(_) => Err(parser.expected(&told!("the end", "结尾"))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: u32,
    depth: u32,
}

/// Signs that compare, as they are written.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Comparison {
    pub(super) fn sign(self) -> &'static str {
        COMPARISONS
            .iter()
            .find(|(_, comparison)| *comparison == self)
            .map_or("==", |(sign, _)| sign)
    }
}

impl Parser {
    fn any(&mut self) -> Result<Tree, Fault> {
        self.chain("or", Self::all, Shape::Any)
    }

    fn all(&mut self) -> Result<Tree, Fault> {
        self.chain("and", Self::not, Shape::All)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Tree, Fault>,
        join: fn(Vec<Tree>) -> Shape,
    ) -> Result<Tree, Fault> {
        let first = part(self)?;
        let offset = first.offset;
        let mut parts = Vec::new();
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        if parts.is_empty() {
            return Ok(first);
        }
        parts.insert(0, first);
        Ok(Tree {
            offset,
            shape: join(parts),
        })
    }

    fn not(&mut self) -> Result<Tree, Fault> {
        let offset = self.offset();
        if !self.take_word("not") {
            return self.comparison();
        }
        let inner = self.deeper(Self::not)?;
        Ok(Tree {
            offset,
            shape: Shape::Not(Box::new(inner)),
        })
    }

    fn comparison(&mut self) -> Result<Tree, Fault> {
        let left = self.operand()?;
        let offset = left.offset;
        if self.take_word("in") {
            let list = self.list()?;
            return Ok(Tree {
                offset,
                shape: Shape::In(Box::new(left), list),
            });
        }
        if self.take_word("starts_with") {
            let right = self.operand()?;
            return Ok(Tree {
                offset,
                shape: Shape::StartsWith(Box::new(left), Box::new(right)),
            });
        }
        let found = COMPARISONS
            .iter()
            .find(|(sign, _)| self.take_sign(sign))
            .map(|(_, comparison)| *comparison);
        let Some(comparison) = found else {
            return Ok(left);
        };
        let right = self.operand()?;
        Ok(Tree {
            offset,
            shape: Shape::Compare(comparison, Box::new(left), Box::new(right)),
        })
    }

    fn operand(&mut self) -> Result<Tree, Fault> {
        let offset = self.offset();
        if let Some(value) = self.take_literal() {
            return Ok(Tree {
                offset,
                shape: Shape::Literal(value),
            });
        }
        if self.take_sign("(") {
            let inner = self.deeper(Self::any)?;
            self.sign(")")?;
            return Ok(inner);
        }
        if self.take_word("length") {
            self.sign("(")?;
            let inner = self.deeper(Self::any)?;
            self.sign(")")?;
            return Ok(Tree {
                offset,
                shape: Shape::Length(Box::new(inner)),
            });
        }
        match self.peek().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) if !is_reserved(word) => {
                let shape = Shape::Variable(word.clone());
                self.next += 1;
                Ok(Tree { offset, shape })
            }
            Some(_) | None => Err(self.expected(&told!("a value", "值"))),
        }
    }

    fn list(&mut self) -> Result<Vec<Tree>, Fault> {
        self.sign("[")?;
        let mut items = Vec::new();
        loop {
            let offset = self.offset();
            let Some(value) = self.take_literal() else {
                let expected = told!(
                    "a text, a number, true or false",
                    "文本、数字、true 或 false"
                );
                return Err(self.expected(&expected));
            };
            items.push(Tree {
                offset,
                shape: Shape::Literal(value),
            });
            if !self.take_sign(",") {
                self.sign("]")?;
                return Ok(items);
            }
        }
    }

    fn deeper(&mut self, part: fn(&mut Self) -> Result<Tree, Fault>) -> Result<Tree, Fault> {
        if self.depth == DEPTH_MAX {
            let message = told!("nested deeper than {DEPTH_MAX}", "嵌套超过 {DEPTH_MAX} 层");
            return Err(Fault {
                offset: self.offset(),
                message,
                help: None,
            });
        }
        self.depth += 1;
        let tree = part(self);
        self.depth -= 1;
        tree
    }

    fn take_literal(&mut self) -> Option<Value> {
        let value = match &self.peek()?.kind {
            TokenKind::Text(text) => Value::Text(text.clone()),
            TokenKind::Number(number, _) => Value::Number(*number),
            TokenKind::Word(word) if word == "true" => Value::Truth(true),
            TokenKind::Word(word) if word == "false" => Value::Truth(false),
            TokenKind::Word(_) | TokenKind::Sign(_) => return None,
        };
        self.next += 1;
        Some(value)
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek().map(|token| &token.kind), Some(TokenKind::Word(word)) if word == wanted);
        self.next += usize::from(there);
        there
    }

    fn take_sign(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek().map(|token| &token.kind), Some(TokenKind::Sign(sign)) if *sign == wanted);
        self.next += usize::from(there);
        there
    }

    fn sign(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.take_sign(wanted) {
            Ok(())
        } else {
            Err(self.expected(&told!("`{wanted}`", " `{wanted}`")))
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn offset(&self) -> u32 {
        self.peek().map_or(self.end, |token| token.offset)
    }

    fn expected(&self, what: &Told) -> Fault {
        let found = self.peek().map_or_else(
            || told!("the end", "结尾"),
            |token| told!("`{}`", " `{}`", token.shown()),
        );
        Fault {
            offset: self.offset(),
            message: Told {
                en: format!("expected {}, found {}", what.en, found.en),
                zh: format!("应为{}，实为{}", what.zh, found.zh),
            },
            help: None,
        }
    }
}
