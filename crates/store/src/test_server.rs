//! A schema of one test on the PostgreSQL server of the tests (`tests/tools/postgres.sh`). Without PostgreSQL the tests fail and
//! say how to get it; they never skip.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The server's folder, and the lock by which it knows that somebody needs it.
static SERVER: OnceLock<(PathBuf, File)> = OnceLock::new();

/// The address of an empty schema.
pub(crate) async fn schema() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let name = format!(
        "t{}_{}_{}",
        now.as_nanos(),
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let url = address("postgres", "trunkline");
    let mut conn = PgConnection::connect(&url).await.unwrap();
    let text = format!("CREATE SCHEMA {name}");
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();
    format!("{url}&options=-csearch_path={name}")
}

/// The address of a database of the server: `postgres`, or `latin`, whose letters are few. `role`: `trunkline`, or `guarded`, whose
/// password is `open sesame`.
pub(crate) fn address(database: &str, role: &str) -> String {
    let socket = server().join("socket");
    format!(
        "postgres:///{database}?host={}&user={role}",
        socket.display()
    )
}

/// Its folder; the server runs for as long as this process.
fn server() -> &'static Path {
    let (folder, _held) = SERVER.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("trunkline-test-postgres-{}", user()));
        std::fs::create_dir_all(&folder).unwrap();
        let in_use = File::create(folder.join("in-use")).unwrap();
        in_use.lock_shared().unwrap();
        // Always: one that listens may be starting, and lack its roles. The script waits for whoever starts it.
        start(&folder);
        (folder, in_use)
    });
    folder
}

fn start(folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tools/postgres.sh");
    let done = Command::new(script).arg(folder).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
}

/// Whose process this is: users have servers of their own.
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid()
}
