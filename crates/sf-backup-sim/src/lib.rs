//! A Service Fabric cluster with its backup service, simulated: for tests, demonstrations and clients in any language
