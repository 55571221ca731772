//! Making speech: a text through the engine, made fit for the telephone, kept.
//!
//! So many at one time and no more. A text that fails is told and does not hold the others up; an engine that is away leaves
//! everything that was made before as it is.

use std::io::Cursor;

use audio::Sound;
use audio::leveling::{Part, prompt};
use connectors::Recipe;
use connectors::speech::SpokenPart;
use tokio::task::JoinSet;

use super::Speech;

/// After a part that ends a sentence, and after one of which more follows at once.
const PAUSE_MS: u16 = 250;
const BREATH_MS: u16 = 60;

/// Makes all of these; `told` learns of each as it is done, with its place in the list.
pub(crate) async fn make_all(
    speech: &Speech,
    recipes: Vec<Recipe>,
    mut told: impl FnMut(usize, Result<Sound, String>),
) {
    let mut waiting = recipes.into_iter().enumerate();
    let mut making: JoinSet<(usize, Result<Sound, String>)> = JoinSet::new();
    loop {
        while making.len() < speech.parallel
            && let Some((at, recipe)) = waiting.next()
        {
            let speech = speech.clone();
            making.spawn(async move { (at, make(&speech, &recipe).await) });
        }
        match making.join_next().await {
            Some(Ok((at, made))) => told(at, made),
            Some(Err(error)) => tracing::error!(%error, "the making of a prompt broke off"),
            None => return,
        }
    }
}

async fn make(speech: &Speech, recipe: &Recipe) -> Result<Sound, String> {
    let spoken = speech.engine.speak(recipe).await;
    let spoken = spoken.map_err(|error| error.to_string())?;
    let (cache, key) = (speech.cache.clone(), recipe.key());
    // Resampling and the disk take their time.
    let kept = tokio::task::spawn_blocking(move || {
        let sound = fit(spoken)?;
        cache
            .keep(&key, &sound)
            .map_err(|error| error.to_string())?;
        Ok(sound)
    });
    kept.await.unwrap_or_else(|error| Err(error.to_string()))
}

/// One sound, as loud as all prompts.
fn fit(spoken: Vec<SpokenPart>) -> Result<Sound, String> {
    let mut parts = Vec::with_capacity(spoken.len());
    for SpokenPart { wav, goes_on } in spoken {
        let sound = Sound::from_wav(Cursor::new(wav));
        let sound = sound.map_err(|error| format!("what came back is no sound: {error}"))?;
        parts.push(Part {
            sound: sound.to_8k(),
            pause_ms: if goes_on { BREATH_MS } else { PAUSE_MS },
        });
    }
    let whole = prompt(&parts);
    if whole.samples.is_empty() {
        return Err("what came back is silent".to_owned());
    }
    Ok(whole)
}
