//! Facts become messages: for webhooks that are equally far the log is read once.

use std::collections::BTreeMap;

use model::{AgentId, CallId, Fact, FactRecord, WebhookId};
use store::{FactLogError, Fed, NewWebhook};
use webhook::{Format, People, Person};

use super::{HELD_MAX, Webhooks};

/// Facts read at once.
const BATCH_MAX: usize = 256;

impl Webhooks {
    /// One batch for those that are the least far and have room; whether there is more.
    pub(super) async fn feed(&mut self) -> anyhow::Result<bool> {
        let reached = *self.desk.reached.borrow_and_update();
        let hungry = self.posts.values().filter(|post| {
            post.webhook.wanted.is_enabled
                && !post.is_behind
                && post.webhook.told_seq < reached
                && post.courier.held() < HELD_MAX
        });
        let Some(told_seq) = hungry.clone().map(|post| post.webhook.told_seq).min() else {
            return Ok(false);
        };
        let ids = hungry.filter(|post| post.webhook.told_seq == told_seq);
        let ids: Vec<WebhookId> = ids.map(|post| post.webhook.id).collect();
        let (records, last) = self.read(told_seq + 1).await?;
        let mut fed = Vec::new();
        for id in ids {
            fed.push(self.messages(id, &records, last).await?);
        }
        let moved: Vec<WebhookId> = fed.iter().map(|fed| fed.webhook).collect();
        let now = self.desk.clock.now().into();
        let waiting = match self.desk.database.feed_webhooks(fed, now).await {
            Ok(waiting) => waiting,
            Err(error) => {
                // A commit whose answer was lost stands. What it wrote is read at the next look, and goes before what comes
                // later.
                for id in moved {
                    if let Some(post) = self.posts.get_mut(&id) {
                        post.is_behind = true;
                    }
                }
                return Err(error.into());
            }
        };
        for id in moved {
            if let Some(post) = self.posts.get_mut(&id) {
                post.webhook.told_seq = last;
            }
        }
        for (id, message) in waiting {
            if let Some(post) = self.posts.get_mut(&id) {
                post.courier.take(message);
            }
        }
        Ok(true)
    }

    /// Facts from a number on, and the last number that they settle: a stretch that the log has lost is passed over, and said.
    async fn read(&self, from: u64) -> anyhow::Result<(Vec<FactRecord>, u64)> {
        let reader = self.desk.reader.clone();
        let read = tokio::task::spawn_blocking(move || reader.read_from(from, BATCH_MAX)).await?;
        match read {
            Ok(records) => {
                let last = records.last().map(|record| record.seq);
                let last = last.ok_or_else(|| anyhow::anyhow!("fact {from} is not there yet"))?;
                Ok((records, last))
            }
            Err(FactLogError::Damaged {
                resume_at: Some(resume_at),
                ..
            }) => {
                tracing::error!(
                    from,
                    resume_at,
                    "webhooks are not told facts that the log has lost"
                );
                Ok((Vec::new(), resume_at - 1))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What the facts are for one webhook.
    async fn messages(
        &self,
        id: WebhookId,
        records: &[FactRecord],
        told_seq: u64,
    ) -> anyhow::Result<Fed> {
        let mut fed = Fed {
            webhook: id,
            told_seq,
            messages: Vec::new(),
            memories: Vec::new(),
        };
        let Some(post) = self.posts.get(&id) else {
            return Ok(fed);
        };
        let wanted = &post.webhook.wanted;
        let mut memories: BTreeMap<CallId, Option<String>> = BTreeMap::new();
        for record in records
            .iter()
            .filter(|record| is_told(wanted, &record.fact))
        {
            let call = wanted.format.remembered(&record.fact);
            if let Some(call) = call.filter(|call| !memories.contains_key(call)) {
                let memory = self.desk.database.webhook_memory(id, call).await?;
                memories.insert(call, memory);
            }
            let people = self.people(wanted.format, record).await?;
            let memory = call.and_then(|call| memories.get(&call)?.as_deref());
            let told = wanted.format.of_fact(record, memory, &people);
            fed.messages.extend(told.messages);
            if let Some(call) = call {
                memories.insert(call, told.memory);
            }
        }
        fed.memories = memories.into_iter().collect();
        Ok(fed)
    }

    /// The agents whom the messages of a fact name.
    async fn people(&self, format: Format, record: &FactRecord) -> anyhow::Result<People> {
        let mut people = People::new();
        for agent in format.names(&record.fact) {
            if let Some(person) = self.person(agent).await? {
                people.insert(agent, person);
            }
        }
        Ok(people)
    }

    async fn person(&self, agent: AgentId) -> anyhow::Result<Option<Person>> {
        let found = self.desk.database.agent(agent).await?;
        Ok(found.map(|agent| Person {
            login: agent.login,
            name: agent.name,
        }))
    }
}

/// A format that chooses its facts itself gets all of them.
fn is_told(wanted: &NewWebhook, fact: &Fact) -> bool {
    wanted.format.chooses() || wanted.topics.take(fact)
}
