//! HTTP API, event stream and the agent's page.
