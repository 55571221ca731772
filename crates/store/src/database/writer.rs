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

use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Longest time that a group stays open.
const GROUP_OPEN: Duration = Duration::from_millis(20);
/// Most orders of a group.
const GROUP_MAX: usize = 256;

/// What an order does with the connection.
pub(crate) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;
type Step<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// What the writer is told.
pub(crate) enum Order {
    /// Change something.
    Write(Box<dyn Write>),
    /// Commit, close the file, say so.
    Close(oneshot::Sender<()>),
}

/// A change that waits for its turn and then for its commit.
pub(crate) trait Write: Send {
    /// Does it in a savepoint. An error means that the whole group is lost: SQLite rolled it back, for lack of disk say.
    fn run<'c>(&'c mut self, group: &'c mut Connection) -> Step<'c, sqlx::Result<()>>;
    /// Tells the asker: its own result if the group was committed, else why it was not.
    fn finish(self: Box<Self>, group: std::result::Result<(), &sqlx::Error>);
}

/// A change with the types of its work.
pub(crate) struct Job<F, T> {
    work: Option<F>,
    result: Option<Result<T>>,
    asker: oneshot::Sender<Result<T>>,
}

impl<F, T> Job<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
{
    /// What the writer takes, and where the result will come.
    pub(crate) fn order(work: F) -> (Box<dyn Write>, oneshot::Receiver<Result<T>>) {
        let (asker, result) = oneshot::channel();
        let job = Self {
            work: Some(work),
            result: None,
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
    fn run<'c>(&'c mut self, group: &'c mut Connection) -> Step<'c, sqlx::Result<()>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else {
                return Ok(());
            };
            let mut savepoint = group.begin().await?;
            let result = caught(work(&mut savepoint)).await;
            match &result {
                Ok(_) => savepoint.commit().await?,
                Err(_) => savepoint.rollback().await?,
            }
            self.result = Some(result);
            Ok(())
        })
    }

    fn finish(self: Box<Self>, group: std::result::Result<(), &sqlx::Error>) {
        let result = match (group, self.result) {
            (Ok(()), Some(result)) => result,
            // Its own failure tells more than the group's.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), Some(Ok(_)) | None) => Err(StoreError::Lost(error.to_string())),
            (Ok(()), None) => Err(StoreError::Lost("it did not run".to_owned())),
        };
        // Whoever asked may have gone: the change stands all the same.
        let _ = self.asker.send(result);
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

/// The writer's life: until it is told to close, or nobody is left who could ask.
pub(super) async fn run(mut conn: Connection, mut orders: mpsc::Receiver<Order>) {
    let mut closed = None;
    while let Some(order) = orders.recv().await {
        closed = match order {
            Order::Close(closed) => Some(closed),
            Order::Write(first) => write_group(&mut conn, first, &mut orders).await,
        };
        if closed.is_some() {
            break;
        }
    }
    // What is still queued is dropped with the queue; its askers hear `Closed`.
    orders.close();
    if let Err(error) = conn.close().await {
        tracing::warn!(%error, "database closed badly");
    }
    if let Some(closed) = closed {
        // Whoever closed it may not wait for the answer.
        let _ = closed.send(());
    }
}

/// One group, from BEGIN to the answers. Gives the asker of a `Close` that ended it.
async fn write_group(
    conn: &mut Connection,
    first: Box<dyn Write>,
    orders: &mut mpsc::Receiver<Order>,
) -> Option<oneshot::Sender<()>> {
    let mut jobs = Vec::new();
    let mut closed = None;
    let outcome = fill_group(conn, first, orders, &mut jobs, &mut closed).await;
    if let Err(error) = &outcome {
        tracing::error!(%error, orders = jobs.len(), "database did not commit");
    }
    for job in jobs {
        job.finish(outcome.as_ref().copied());
    }
    closed
}

/// Runs the orders of one group and commits them; all that it took are in `jobs`, whatever happens.
async fn fill_group(
    conn: &mut Connection,
    first: Box<dyn Write>,
    orders: &mut mpsc::Receiver<Order>,
    jobs: &mut Vec<Box<dyn Write>>,
    closed: &mut Option<oneshot::Sender<()>>,
) -> sqlx::Result<()> {
    let opened = Instant::now();
    let mut next = Some(first);
    let mut group = match conn.begin_with("BEGIN IMMEDIATE").await {
        Ok(group) => group,
        Err(error) => {
            jobs.extend(next);
            return Err(error);
        }
    };
    while let Some(mut job) = next.take() {
        let ran = job.run(&mut group).await;
        jobs.push(job);
        ran?;
        if jobs.len() < GROUP_MAX && opened.elapsed() < GROUP_OPEN {
            next = match orders.try_recv() {
                Ok(Order::Write(job)) => Some(job),
                Ok(Order::Close(asker)) => {
                    *closed = Some(asker);
                    None
                }
                Err(_) => None,
            };
        }
    }
    group.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn table() -> Connection {
        let mut conn = Connection::connect("sqlite::memory:").await.unwrap();
        sqlx::query("CREATE TABLE t (n BIGINT PRIMARY KEY)")
            .execute(&mut conn)
            .await
            .unwrap();
        conn
    }

    type Waiting<T> = oneshot::Receiver<Result<T>>;

    fn insert(n: i64) -> (Order, Waiting<i64>) {
        let (job, result) = Job::order(move |conn: &mut Connection| -> Work<'_, i64> {
            Box::pin(async move {
                sqlx::query("INSERT INTO t (n) VALUES ($1)")
                    .bind(n)
                    .execute(&mut *conn)
                    .await?;
                assert!(n != 13, "planted");
                Ok(n)
            })
        });
        (Order::Write(job), result)
    }

    fn count() -> (Order, Waiting<i64>) {
        let (job, result) = Job::order(|conn: &mut Connection| -> Work<'_, i64> {
            Box::pin(async move {
                let (rows,) = sqlx::query_as("SELECT count(*) FROM t")
                    .fetch_one(conn)
                    .await?;
                Ok(rows)
            })
        });
        (Order::Write(job), result)
    }

    #[tokio::test]
    async fn a_failure_and_a_panic_harm_nobody_else_in_the_group() {
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
        tokio::spawn(run(table().await, orders));
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

    #[tokio::test]
    async fn closing_commits_what_came_before_and_refuses_what_comes_after() {
        let (sender, orders) = mpsc::channel(16);
        let (order, before) = insert(1);
        sender.try_send(order).ok().unwrap();
        let (closed, wait) = oneshot::channel();
        sender.try_send(Order::Close(closed)).ok().unwrap();
        let (order, after) = insert(2);
        sender.try_send(order).ok().unwrap();
        tokio::spawn(run(table().await, orders));
        assert_eq!(before.await.unwrap().unwrap(), 1);
        assert!(after.await.is_err(), "dropped unanswered");
        wait.await.unwrap();
        assert!(sender.try_send(insert(3).0).is_err());
    }

    #[tokio::test]
    async fn a_group_that_cannot_begin_tells_its_asker() {
        let mut conn = table().await;
        sqlx::query("BEGIN").execute(&mut conn).await.unwrap();
        let (_sender, mut orders) = mpsc::channel(1);
        let (Order::Write(job), result) = insert(1) else {
            unreachable!()
        };
        assert!(write_group(&mut conn, job, &mut orders).await.is_none());
        let told = result.await.unwrap();
        assert!(matches!(told, Err(StoreError::Lost(_))), "{told:?}");
    }
}
