//! Extensions that a caller may dial in a menu (分机直拨, E6): digits, and `x` for any digit.
//!
//! A key with which an extension begins has to wait for the next digit, and so does an extension with which a longer one
//! begins: both are told by `check`, and hold when the pause is over. Two extensions that one number fits are a mistake.

use std::time::Duration;

use crate::claim::{Assigned, Cause, Claims, Exit, Lull, Origin};
use crate::place::Name;
use crate::report::{Read, Reported};
use crate::run::Visit;
use crate::section::Section;
use crate::told;
use crate::value::{Type, Value};

/// Fewest and most digits.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=20;
/// Stands for any digit.
const ANY: char = 'x';

/// Those of one menu.
#[derive(Debug)]
pub(super) struct Extensions {
    /// Each as it is written, with its node.
    rows: Vec<(Name, Name)>,
    into: Name,
    pause: Duration,
}

/// What came of one more digit.
pub(super) enum Dialled<'n> {
    /// More may follow within this time.
    More(Duration),
    /// An extension.
    Whole(&'n Name),
    /// No extension, nor the beginning of one.
    Nothing,
}

impl Extensions {
    /// Reads them, where there are any, beside these keys.
    pub(super) fn read(section: &mut Section<'_, '_>, keys: &[(char, Name)]) -> Read<Option<Self>> {
        let rows = section.extensions("extensions");
        let into = section.optional_name("into");
        let pause = section.seconds("digit_timeout_s");
        let (rows, into) = (rows?, into?);
        if rows.is_empty() {
            vain(section);
            return Ok(None);
        }
        let Some(into) = into else {
            let message = told!(
                "`extensions` need `into`: the variable that takes what was dialled",
                "`extensions` 缺少 `into`：存放所拨号码的变量"
            );
            let place = section.place_of_key("extensions");
            return Err(section.report.error(place, message, None));
        };
        let into = section.settable(into)?;
        for (number, (row, _)) in rows.iter().enumerate() {
            is_extension(section, row)?;
            for (other, _) in rows.iter().skip(number + 1) {
                are_apart(section, row, other)?;
            }
        }
        keys_that_wait(section, keys, &rows);
        Ok(Some(Self {
            rows,
            into,
            pause: pause?,
        }))
    }

    pub(super) fn claim<'n>(&'n self, claims: &mut Claims<'n>) {
        for (row, to) in &self.rows {
            claims.exits.push(Exit {
                to,
                cause: Cause::Extension(row),
                sets: vec![&self.into.text],
            });
        }
        claims.assigned.push(Assigned {
            name: &self.into,
            from: Origin::Input(Type::Text),
        });
    }

    /// Claims the pause of keys and extensions that wait for a longer one, for a caller who falls silent there.
    pub(super) fn claim_pauses<'n>(&'n self, claims: &mut Claims<'n>, keys: &'n [(char, Name)]) {
        let keys = keys.iter().map(|(key, to)| (key.to_string(), to));
        let rows = self.rows.iter().map(|(row, to)| (row.text.clone(), to));
        let waiting = keys.chain(rows).filter(|(begin, _)| {
            let mut rows = self.rows.iter().map(|(row, _)| &row.text);
            rows.any(|row| row.len() > begin.len() && fits(row, begin))
        });
        claims.lulls.extend(waiting.map(|(_, to)| Lull {
            time: self.pause,
            to: Some(to),
            ..Lull::default()
        }));
    }

    /// How long one may look for the next digit.
    pub(super) const fn pause(&self) -> Duration {
        self.pause
    }

    /// Takes one more digit.
    pub(super) fn dial(&self, visit: &mut Visit<'_>, key: char) -> Dialled<'_> {
        visit.typed().keys.push(key);
        let keys = &visit.typed().keys;
        let mut rows = self.rows.iter().map(|(row, _)| row.text.as_str());
        if rows.any(|row| row.len() > keys.len() && fits(row, keys)) {
            return Dialled::More(self.pause);
        }
        let Some(to) = self.dialled(visit) else {
            return Dialled::Nothing;
        };
        // Who is used to end a number with the hash key presses it also here.
        visit.swallow('#', self.pause);
        Dialled::Whole(to)
    }

    /// Where what was dialled leads, if it is an extension; then it is in its variable.
    pub(super) fn dialled(&self, visit: &mut Visit<'_>) -> Option<&Name> {
        let keys = visit.typed().keys.clone();
        let mut rows = self.rows.iter();
        let (_, to) =
            rows.find(|(row, _)| row.text.len() == keys.len() && fits(&row.text, &keys))?;
        visit.set(&self.into.text, Value::Text(keys), false);
        Some(to)
    }
}

/// Whether these digits, or places, may begin an extension.
fn fits(row: &str, begin: &str) -> bool {
    let mut pairs = row.chars().zip(begin.chars());
    let is_alike = |(a, b): (char, char)| a == b || b == ANY || a == ANY && b.is_ascii_digit();
    begin.len() <= row.len() && pairs.all(is_alike)
}

fn is_extension(section: &mut Section<'_, '_>, row: &Name) -> Result<(), Reported> {
    let is_place = |letter: char| letter.is_ascii_digit() || letter == ANY;
    if LENGTHS.contains(&row.text.len()) && row.text.chars().all(is_place) {
        return Ok(());
    }
    let message = told!(
        "`{}` is no extension; expected {} to {} digits, with `x` for any digit",
        "`{}` 不是分机号；应为 {} 到 {} 位数字，`x` 表示任意一位",
        row.text,
        LENGTHS.start(),
        LENGTHS.end()
    );
    let help = told!(
        "`8xxx` is every number from 8000 to 8999",
        "`8xxx` 即 8000 至 8999"
    );
    Err(section.report.error(row.place, message, Some(help)))
}

/// One number must have one way, and a shorter one waits for the longer.
fn are_apart(section: &mut Section<'_, '_>, row: &Name, other: &Name) -> Result<(), Reported> {
    let (short, long) = if row.text.len() <= other.text.len() {
        (row, other)
    } else {
        (other, row)
    };
    if !fits(&long.text, &short.text) {
        return Ok(());
    }
    if short.text.len() == long.text.len() {
        let message = told!(
            "`{}` and `{}` fit the same number",
            "`{}` 与 `{}` 可匹配同一号码",
            row.text,
            other.text
        );
        return Err(section.report.error(other.place, message, None));
    }
    let message = told!(
        "who dials `{}` waits for `digit_timeout_s`: `{}` begins alike",
        "拨 `{}` 要等待 `digit_timeout_s`：`{}` 的开头与它相同",
        short.text,
        long.text
    );
    section.report.warning(short.place, message, None);
    Ok(())
}

fn keys_that_wait(section: &mut Section<'_, '_>, keys: &[(char, Name)], rows: &[(Name, Name)]) {
    for (key, to) in keys {
        let mut rows = rows.iter().map(|(row, _)| &row.text);
        if let Some(row) = rows.find(|row| fits(row, &key.to_string())) {
            let message = told!(
                "the key `{key}` waits for `digit_timeout_s`: the extension `{row}` begins with it",
                "按键 `{key}` 要等待 `digit_timeout_s`：分机号 `{row}` 以它开头"
            );
            let help = told!("use another key", "请换一个按键");
            section.report.warning(to.place, message, Some(help));
        }
    }
}

/// Keys that mean nothing without extensions.
fn vain(section: &mut Section<'_, '_>) {
    for key in ["into", "digit_timeout_s"] {
        if section.has(key) {
            let message = told!(
                "`{key}` has no meaning without `extensions`",
                "没有 `extensions` 时，`{key}` 没有意义"
            );
            let help = told!("leave it out", "请去掉");
            let place = section.place_of_key(key);
            section.report.error(place, message, Some(help));
        }
    }
}
