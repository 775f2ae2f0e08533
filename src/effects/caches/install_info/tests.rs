use crate::effects::process::{Status, testing::Image};

const MANUAL: &str = "This is foo.info\nINFO-DIR-SECTION Basics\nSTART-INFO-DIR-ENTRY\n* Foo: (foo).   A thing that does foo.\n* foo run: (foo)run.   Running.\nEND-INFO-DIR-ENTRY\n\x1f\nFile: foo.info\n";

/// GNU's install-info 6.8 leaves these very texts: entries of a new section in the manual's order backwards, sorted by the second call.
#[test]
fn entries_come_and_go() {
    let mut image = Image::new().programs(&["install-info"]).file("usr/share/info/foo.info", MANUAL, 0o644);
    let mut call = |option: &str| {
        let ran = image.run(&["install-info", option, "/usr/share/info/foo.info", "/usr/share/info/dir"], "");
        assert_eq!(ran.status, Status::SUCCESS);
        let text = image.text("usr/share/info/dir").expect("written");
        text.split_once("* Menu:\n").expect("a menu").1.to_owned()
    };
    let (run, foo) =
        ("* foo run: (foo)run.            Running.\n", "* Foo: (foo).                   A thing that does foo.\n");
    assert_eq!(call("--quiet"), format!("\nBasics\n{run}{foo}"));
    assert_eq!(call("--quiet"), format!("\nBasics\n{foo}{run}"));
    assert_eq!(call("--quiet"), format!("\nBasics\n{foo}{run}"));
    assert_eq!(call("--delete"), "\n");
}

#[test]
fn what_is_missing_or_broken_is_said() {
    let mut image =
        Image::new().programs(&["install-info"]).file("broken.info", "START-INFO-DIR-ENTRY\n* A: (a).\n", 0o644);
    let mut call = |args: &[&str]| image.run(&[&["install-info"], args].concat(), "").status;
    assert_eq!(call(&["/nothing.info", "/dir"]), Status::FAILURE);
    assert_eq!(call(&["--delete", "/nothing.info", "/other"]), Status::SUCCESS);
    assert_eq!(call(&["/broken.info", "/dir"]), Status::FAILURE);
    assert_eq!(call(&["/broken.info"]), Status::FAILURE);
    assert_eq!(call(&["--regex=x", "/broken.info", "/dir"]), Status::FAILURE);
}
