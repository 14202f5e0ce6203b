//! Blocking client for the Service Fabric Backup & Restore REST API, without an async runtime
