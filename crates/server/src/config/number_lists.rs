//! What number lists need of the configuration (F6): the names that their entries may name, and for each mailbox a script of the house that takes a
//! message into it and does nothing else.

use std::collections::BTreeMap;

use ivr::{Script, mailbox_script};
use model::{HouseNames, Mailboxes, ScriptName};

/// The scripts of mailboxes; what they say are sentences of the house, in its own language.
pub(super) fn scripts<'m>(
    mailboxes: &'m Mailboxes,
    language: &'m str,
    file: &'m str,
) -> impl Iterator<Item = Script> + 'm {
    mailboxes.keys().filter_map(move |mailbox| {
        let (name, quoted) = (mailbox_script(mailbox), toml::Value::from(mailbox.as_str()));
        let language = toml::Value::from(language);
        let text = format!(
            "languages = [{language}]\nstart = \"message\"\nvoicemail.message = {{ box = {quoted} }}\n"
        );
        ivr::parse(name, file, &text).0
    })
}

/// What entries may name: of the scripts those that admins have written.
pub(super) fn names(config: &engine::Config, written: &BTreeMap<ScriptName, String>) -> HouseNames {
    let spellings = config.numbers.iter().map(|(spelling, _)| spelling);
    let numbers = spellings.flat_map(|spelling| {
        let key = config.plan.key(spelling).key;
        [key, spelling.to_owned()].map(|it| (it, spelling.to_owned()))
    });
    HouseNames {
        queues: config.queues.keys().cloned().collect(),
        scripts: written.keys().cloned().collect(),
        mailboxes: config.mailboxes.keys().cloned().collect(),
        numbers: numbers.collect(),
    }
}
