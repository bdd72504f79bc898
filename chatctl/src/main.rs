//! The `chatctl` executable; everything is in the library of the same name.

fn main() -> std::process::ExitCode {
    chatctl::main()
}
