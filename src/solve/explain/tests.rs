//! Folding; the trees themselves are in `fixtures/solve`.

use super::fold;

fn versions(all: &[&str]) -> String {
    fold::versions(&all.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())
}

#[test]
fn what_versions_have_in_common_is_written_once() {
    assert_eq!(versions(&["1-1.el8"]), "1-1.el8");
    assert_eq!(versions(&["1-1.el8", "2-1.el8"]), "{1,2}-1.el8");
    assert_eq!(
        versions(&["4.18.0-305.3.1.el8_4", "4.18.0-305.7.1.el8_4", "4.18.0-305.10.2.el8_4"]),
        "4.18.0-305.{3.1,7.1,10.2}.el8_4"
    );
    assert_eq!(versions(&["12-1", "13-1"]), "{12,13}-1", "numbers stay whole");
    assert_eq!(versions(&["1-1", "1-1.1"]), "1-{1,1.1}");
    assert_eq!(versions(&["1", "1"]), "{1,1}");
}

#[test]
fn many_versions_are_counted() {
    assert_eq!(versions(&["1", "2", "3", "4", "5"]), "5 versions, 1 to 5");
    let some = ["1-1".to_owned(), "2-1".to_owned()];
    assert_eq!(fold::packages("a", &some, "noarch"), "a-{1,2}-1.noarch");
}
