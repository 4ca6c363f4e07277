//! What went wrong in the tables themselves is found, told of, and mended.

use super::*;

#[tokio::test]
async fn a_row_beyond_reading_is_put_away_and_its_agent_paged_all_the_same() {
    let mut stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.sql("update outbox set payload = '{\"text\":'").await;
    stage.kill_and_begin().await;
    stage.run_until(10).await;
    assert_eq!((stage.texts_to(ADA), stage.calls_to(ADA)), (vec![2], vec![2]));
    let put_away = "select count(*) from outbox where due = 9223372036854775807 and lease_until = 0";
    assert_eq!(stage.count(put_away).await, 2);
}

#[tokio::test]
async fn a_ticket_beyond_reading_is_told_of_and_holds_up_no_other() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.emergency("CAy").await;
    stage.run_due().await;
    stage.sql("update ticket set document = '{' where number = 1002").await;
    stage.run_until(6 * 60).await;
    assert_eq!(stage.texts_to(BEN), [5 * 60]);
    // An agent's word about another ticket still counts.
    stage.text("SMack", ADA, "ACK 1001").await;
    assert!(stage.ticket(1).await.case.holder().is_some());
    // Two pages at the beginning; then, at the deadline of the one that cannot be read, its number, once.
    let texts = stage.texts_to(ADA);
    assert_eq!((texts.len(), texts.last()), (3, Some(&60)), "{texts:?}");
}

#[tokio::test]
async fn the_auditor_wakes_what_was_forgotten() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.run_due().await;
    let told = stage.carrier.asked.borrow().len();
    // The row lost its deadline: the rules still have it.
    stage.sql("update ticket set next_due = null").await;
    stage.engine.audit().await.unwrap();
    stage.run_until(5 * 60).await;
    assert_eq!(stage.texts_to(BEN), [5 * 60]);
    assert!(stage.carrier.asked.borrow().len() > told);
}

#[tokio::test]
async fn an_emergency_without_any_deadline_is_paged_by_the_auditor() {
    let stage = Stage::new().await;
    stage.call("CAx").await;
    // The end of its call was lost together with the call's row.
    stage.sql("delete from call").await;
    stage.run_until(60).await;
    assert!(stage.carrier.asked.borrow().is_empty());
    stage.engine.audit().await.unwrap();
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [60]);
}
