//! `trunkline check`: everything that an admin edits, read and proven without starting anything.

mod story;

use ivr::{Diagnostic, Person, check_skills, told};

use super::block_on;
use crate::Failure;
use crate::config::{Loaded, Source};
use crate::findings::{Reader, as_json};

/// Prints what was found; mistakes make it fail. With `save_test` the stories of callers in them become tests.
pub(crate) fn run(
    source: &Source,
    json: bool,
    reader: &Reader,
    save_test: bool,
) -> Result<(), Failure> {
    let loaded = source.load(1, None);
    if let (Err(found), true) = (&loaded, save_test) {
        for told in story::save(source, found, reader.language) {
            eprintln!("{}", told.said_in(reader.language));
        }
    }
    let mut loaded = loaded?;
    let (wrong, unmet): (Vec<_>, Vec<_>) = unmet(source, &loaded)?
        .into_iter()
        .partition(Diagnostic::is_error);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    loaded.warnings.extend(unmet);
    if let Some(expired) = loaded.expired {
        return Err(vec![expired].into());
    }
    if json {
        println!("{}", as_json(&loaded.warnings));
        return Ok(());
    }
    for warning in &loaded.warnings {
        println!("{}", reader.shown(warning, &std::io::stdout()));
    }
    let engine = &loaded.engine;
    let good = told!(
        "good: {} numbers, {} trunks, {} queues, {} scripts, {} calendars, {} sounds, {} warnings",
        "配置正确：{} 个号码、{} 条中继、{} 个队列、{} 个流程、{} 个日历、{} 个声音、{} 处警告",
        engine.numbers.len(),
        engine.trunks.len(),
        engine.queues.len(),
        engine
            .scripts
            .values()
            .filter(|it| it.form().is_none())
            .count(),
        engine.calendars.len(),
        loaded.sounds.files(),
        loaded.warnings.len()
    );
    println!("{}", good.said_in(reader.language));
    Ok(())
}

/// What queues and scripts ask of people whom the store does not have (R70, B13). Where the store cannot be read that is said instead.
fn unmet(source: &Source, loaded: &Loaded) -> Result<Vec<Diagnostic>, Failure> {
    let settings = source.settings()?;
    let address = source.store(&settings).map_err(Failure::Refused)?;
    let staff = block_on(async { Ok(store::staff::look_up(&address).await) })?;
    Ok(match staff {
        // A house without people is being set up: it lacks everything.
        Ok(staff) if staff.is_empty() => Vec::new(),
        Ok(staff) => {
            let people: Vec<Person> = staff.iter().map(person).collect();
            let scripts = loaded.engine.scripts.values();
            let of_scripts = scripts.flat_map(|script| check_skills(script, &people));
            let of_queues = source.unmet(&loaded.engine.queues, &staff);
            of_queues.into_iter().chain(of_scripts).collect()
        }
        Err(why) => vec![source.unlooked(&why)],
    })
}

fn person(staff: &store::Staff) -> Person {
    let queues = staff.queues.iter().map(|one| one.queue.clone());
    Person {
        queues: queues.collect(),
        skills: staff.skills.clone(),
    }
}
