//! sf-backup: the command line for backups of Azure Service Fabric clusters
