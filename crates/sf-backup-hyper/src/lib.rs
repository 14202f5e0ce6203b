//! Asynchronous client for the Service Fabric Backup & Restore REST API, on hyper and tokio
