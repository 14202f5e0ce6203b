mod hierarchical;
mod plain;
