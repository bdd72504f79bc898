//! The `chatd` executable; everything is in the library of the same name.

fn main() -> std::process::ExitCode {
    chatd::main()
}
