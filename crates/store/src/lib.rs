//! Database, fact log, recordings, prompts: all that outlives the process.
