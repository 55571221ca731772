//! The one writer: takes orders from a queue and groups them into few commits.
//!
//! A group is open for at most 20 ms: it takes what waits and commits as soon as the queue is empty, so a lone write does
//! not wait, and a crowd shares one commit. Each order runs in a savepoint of its own: one that fails or panics leaves
//! nothing behind and does not harm its neighbours. Nobody hears of success before the commit.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};

use super::link::Link;
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Longest time that a group stays open.
const GROUP_OPEN: Duration = Duration::from_millis(20);
/// How long a group may take: a peer that has gone without a word would be waited for ever.
const STALL: Duration = Duration::from_secs(120);
/// Most orders of a group.
const GROUP_MAX: usize = 256;

/// What an order does with the connection.
pub(crate) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;
type Step<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// What the writer is told.
pub(crate) enum Order {
    /// Change something.
    Write(Box<dyn Write>),
    /// Be the one process that serves calls from this database, from here on.
    Claim(oneshot::Sender<Result<()>>),
    /// Commit, close the database, say so.
    Close(oneshot::Sender<()>),
}

/// A change that waits for its turn and then for its commit.
pub(crate) trait Write: Send {
    /// Does it in a savepoint. An error means that the whole group is lost: it was rolled back for lack of disk, say, or the
    /// connection is gone.
    fn run<'c>(&'c mut self, group: &'c mut Connection) -> Step<'c, Result<()>>;
    /// Tells the asker: its own result if the group was committed, else why it was not.
    fn finish(self: Box<Self>, group: std::result::Result<(), &StoreError>);
}

/// What follows a change once it is committed, before its asker hears of it: it never waits.
pub(crate) type Then<T> = Box<dyn FnOnce(&T) + Send>;

/// A change with the types of its work.
pub(crate) struct Job<F, T> {
    work: Option<F>,
    result: Option<Result<T>>,
    then: Then<T>,
    asker: oneshot::Sender<Result<T>>,
}

impl<F, T> Job<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
{
    /// What the writer takes, and where the result will come.
    pub(crate) fn order(work: F, then: Then<T>) -> (Box<dyn Write>, oneshot::Receiver<Result<T>>) {
        let (asker, result) = oneshot::channel();
        let job = Self {
            work: Some(work),
            result: None,
            then,
            asker,
        };
        (Box::new(job), result)
    }
}

impl<F, T> Write for Job<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
{
    fn run<'c>(&'c mut self, group: &'c mut Connection) -> Step<'c, Result<()>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else {
                return Ok(());
            };
            let mut savepoint = group.begin().await?;
            let mut result = caught(work(&mut savepoint)).await;
            match &result {
                Ok(_) => match savepoint.commit().await {
                    Ok(()) => {}
                    // A statement of it failed, and it said nothing of that: what it did is undone, its neighbours go on.
                    Err(error) if is_spoilt(&error) => result = Err(error.into()),
                    Err(error) => return Err(error.into()),
                },
                Err(_) => savepoint.rollback().await?,
            }
            self.result = Some(result);
            Ok(())
        })
    }

    fn finish(self: Box<Self>, group: std::result::Result<(), &StoreError>) {
        let Self {
            result,
            then,
            asker,
            ..
        } = *self;
        let result = match (group, result) {
            (Ok(()), Some(result)) => result.inspect(|done| then(done)),
            // Its own failure tells more than the group's.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), Some(Ok(_)) | None) => Err(error.of_a_group()),
            (Ok(()), None) => Err(StoreError::Lost("it did not run".to_owned())),
        };
        // Whoever asked may have gone: the change stands all the same.
        let _ = asker.send(result);
    }
}

/// A panic in one order is that order's error.
async fn caught<T>(mut work: Work<'_, T>) -> Result<T> {
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(StoreError::Lost("it panicked".to_owned()))))
    })
    .await
}

/// PostgreSQL's word for a transaction in which a statement has failed.
fn is_spoilt(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("25P02")
}

/// The writer's life: until it is told to close, or nobody is left who could ask.
pub(super) async fn run(mut link: Link, mut orders: mpsc::Receiver<Order>) {
    let mut closed = None;
    while let Some(order) = orders.recv().await {
        closed = match order {
            Order::Close(closed) => Some(closed),
            Order::Claim(asker) => {
                // Whoever asked may have gone: what is claimed stays so.
                let _ = asker.send(link.claim().await);
                None
            }
            Order::Write(first) => write_group(&mut link, first, &mut orders).await,
        };
        if closed.is_some() {
            break;
        }
    }
    // What is still queued is dropped with the queue; its askers hear `Closed`.
    orders.close();
    link.close().await;
    if let Some(closed) = closed {
        // Whoever closed it may not wait for the answer.
        let _ = closed.send(());
    }
}

/// One group, from BEGIN to the answers. Gives the asker of a `Close` that ended it.
async fn write_group(
    link: &mut Link,
    first: Box<dyn Write>,
    orders: &mut mpsc::Receiver<Order>,
) -> Option<oneshot::Sender<()>> {
    let mut group = Group {
        opened: Instant::now(),
        next: Some(first),
        jobs: Vec::new(),
        closed: None,
        claims: Vec::new(),
    };
    let outcome = group.carry_out(link, orders).await;
    if let Err(error) = &outcome {
        tracing::error!(%error, orders = group.jobs.len(), "database did not commit");
    }
    for job in group.jobs {
        job.finish(outcome.as_ref().copied());
    }
    for asker in group.claims {
        // As above.
        let _ = asker.send(link.claim().await);
    }
    group.closed
}

/// The orders that share a commit.
struct Group {
    opened: Instant,
    /// What runs next.
    next: Option<Box<dyn Write>>,
    /// All that were taken, whatever becomes of them.
    jobs: Vec<Box<dyn Write>>,
    /// Askers of orders that are no changes and came meanwhile.
    closed: Option<oneshot::Sender<()>>,
    claims: Vec<oneshot::Sender<Result<()>>>,
}

impl Group {
    /// On a connection that is whole, and goes on only if the group does.
    async fn carry_out(
        &mut self,
        link: &mut Link,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<()> {
        let mut conn = match link.take().await {
            Ok(conn) => conn,
            Err(error) => {
                self.jobs.extend(self.next.take());
                return Err(error);
            }
        };
        let filled = tokio::time::timeout(STALL, self.fill(&mut conn, link.begin(), orders)).await;
        let outcome = filled.unwrap_or_else(|_| {
            self.jobs.extend(self.next.take());
            Err(StoreError::Away("it does not answer".to_owned()))
        });
        if outcome.is_ok() {
            link.give_back(conn);
        }
        outcome
    }

    async fn fill(
        &mut self,
        conn: &mut Connection,
        begin: &'static str,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<()> {
        let mut group = match conn.begin_with(begin).await {
            Ok(group) => group,
            Err(error) => {
                self.jobs.extend(self.next.take());
                return Err(error.into());
            }
        };
        while let Some(job) = self.next.take() {
            self.jobs.push(job);
            if let Some(job) = self.jobs.last_mut() {
                job.run(&mut group).await?;
            }
            if self.jobs.len() < GROUP_MAX && self.opened.elapsed() < GROUP_OPEN {
                self.next = self.another(orders);
            }
        }
        Ok(group.commit().await?)
    }

    /// A change that waits; whatever else comes ends the group.
    fn another(&mut self, orders: &mut mpsc::Receiver<Order>) -> Option<Box<dyn Write>> {
        match orders.try_recv() {
            Ok(Order::Write(job)) => return Some(job),
            Ok(Order::Claim(asker)) => self.claims.push(asker),
            Ok(Order::Close(asker)) => self.closed = Some(asker),
            Err(_) => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{self, Empty};

    /// A link to an empty table.
    async fn table(empty: &Empty) -> Link {
        let mut conn = empty.connect().await;
        sqlx::query("CREATE TABLE t (n BIGINT PRIMARY KEY)")
            .execute(&mut conn)
            .await
            .unwrap();
        conn.close().await.unwrap();
        Link::open(empty.address.clone()).await.unwrap()
    }

    type Waiting<T> = oneshot::Receiver<Result<T>>;

    fn insert(n: i64) -> (Order, Waiting<i64>) {
        let (job, result) = Job::order(
            move |conn: &mut Connection| -> Work<'_, i64> {
                Box::pin(async move {
                    sqlx::query("INSERT INTO t (n) VALUES ($1)")
                        .bind(n)
                        .execute(&mut *conn)
                        .await?;
                    assert!(n != 13, "planted");
                    Ok(n)
                })
            },
            Box::new(|_| {}),
        );
        (Order::Write(job), result)
    }

    fn count() -> (Order, Waiting<i64>) {
        let (job, result) = Job::order(
            |conn: &mut Connection| -> Work<'_, i64> {
                Box::pin(async move {
                    let (rows,) = sqlx::query_as("SELECT count(*) FROM t")
                        .fetch_one(conn)
                        .await?;
                    Ok(rows)
                })
            },
            Box::new(|_| {}),
        );
        (Order::Write(job), result)
    }

    /// Tries what fails, and says nothing of it.
    fn careless(n: i64) -> (Order, Waiting<i64>) {
        let (job, result) = Job::order(
            move |conn: &mut Connection| -> Work<'_, i64> {
                Box::pin(async move {
                    let insert = "INSERT INTO t (n) VALUES ($1)";
                    let _ = sqlx::query(insert).bind(1_i64).execute(&mut *conn).await;
                    sqlx::query(insert).bind(n).execute(&mut *conn).await?;
                    Ok(n)
                })
            },
            Box::new(|_| {}),
        );
        (Order::Write(job), result)
    }

    #[tokio::test]
    async fn a_failure_and_a_panic_harm_nobody_else_in_the_group() {
        for empty in places::both().await {
            let (sender, orders) = mpsc::channel(16);
            let mut results = Vec::new();
            for (order, result) in [
                insert(1),
                insert(2),
                insert(1),
                insert(13),
                insert(3),
                count(),
            ] {
                sender.try_send(order).ok().unwrap();
                results.push(result);
            }
            tokio::spawn(run(table(&empty).await, orders));
            let mut told = Vec::new();
            for result in results {
                told.push(result.await.unwrap());
            }
            let [one, two, again, panicked, three, rows] = told.try_into().unwrap();
            assert_eq!((one.unwrap(), two.unwrap(), three.unwrap()), (1, 2, 3));
            assert!(matches!(again, Err(StoreError::Database(_))), "{again:?}");
            assert!(matches!(panicked, Err(StoreError::Lost(_))), "{panicked:?}");
            assert_eq!(rows.unwrap(), 3, "what failed left nothing behind");
        }
    }

    /// PostgreSQL takes nothing more from a transaction in which a statement has failed.
    #[tokio::test]
    async fn who_hides_a_failure_loses_his_own_change_alone() {
        let [_, server] = places::both().await;
        let (sender, orders) = mpsc::channel(16);
        let mut results = Vec::new();
        for (order, result) in [insert(1), careless(2), insert(3), count()] {
            sender.try_send(order).ok().unwrap();
            results.push(result);
        }
        tokio::spawn(run(table(&server).await, orders));
        let mut told = Vec::new();
        for result in results {
            told.push(result.await.unwrap());
        }
        let [one, careless, three, rows] = told.try_into().unwrap();
        assert_eq!((one.unwrap(), three.unwrap(), rows.unwrap()), (1, 3, 2));
        assert!(careless.is_err());
    }

    #[tokio::test]
    async fn closing_commits_what_came_before_and_refuses_what_comes_after() {
        for empty in places::both().await {
            let (sender, orders) = mpsc::channel(16);
            let (order, before) = insert(1);
            sender.try_send(order).ok().unwrap();
            let (closed, wait) = oneshot::channel();
            sender.try_send(Order::Close(closed)).ok().unwrap();
            let (order, after) = insert(2);
            sender.try_send(order).ok().unwrap();
            tokio::spawn(run(table(&empty).await, orders));
            assert_eq!(before.await.unwrap().unwrap(), 1);
            assert!(after.await.is_err(), "dropped unanswered");
            wait.await.unwrap();
            assert!(sender.try_send(insert(3).0).is_err());
        }
    }

    #[tokio::test]
    async fn a_group_that_cannot_begin_tells_its_asker_and_the_next_one_begins() {
        for empty in places::both().await {
            let mut link = table(&empty).await;
            let mut conn = link.take().await.unwrap();
            sqlx::raw_sql("BEGIN; INSERT INTO nowhere VALUES (1)")
                .execute(&mut conn)
                .await
                .unwrap_err();
            link.give_back(conn);
            let (_sender, mut orders) = mpsc::channel(1);
            let (Order::Write(job), result) = insert(1) else {
                unreachable!()
            };
            let closed = write_group(&mut link, job, &mut orders).await;
            assert!(closed.is_none());
            let told = result.await.unwrap();
            assert!(matches!(told, Err(StoreError::Lost(_))), "{told:?}");
            let (Order::Write(job), result) = insert(1) else {
                unreachable!()
            };
            write_group(&mut link, job, &mut orders).await;
            assert_eq!(result.await.unwrap().unwrap(), 1);
        }
    }
}
