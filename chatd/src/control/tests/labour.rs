//! Long work on the store, and who no longer waits for it.

use super::harness::Office;

#[tokio::test]
async fn when_the_daemon_begins_to_stop_long_work_is_given_up_and_its_asker_told() {
    let office = Office::open();
    office.facts.stopping.cancel();
    for path in ["/v1/db/check", "/v1/backup"] {
        let answer = office.post(path, "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let last = answer.body.lines().rfind(|line| line.starts_with('{')).unwrap();
        assert!(
            last.contains(r#""type":"failed""#) && last.contains("was given up"),
            "{path}: {}",
            answer.body
        );
    }
    office.close().await;
}
