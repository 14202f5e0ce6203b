//! The `sf-backup` command.

fn main() -> std::process::ExitCode {
    sf_backup_cli::main()
}
