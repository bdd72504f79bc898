//! The `chat-client` executable; everything is in the library of the same name.

fn main() -> std::process::ExitCode {
    chat_client::main()
}
