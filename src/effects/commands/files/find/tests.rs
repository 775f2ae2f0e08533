use crate::effects::process::testing::Image;

fn image() -> Image {
    Image::new()
        .programs(&["find", "basename", "rm"])
        .file("etc/passwd", "root:x:0:0::/:\nbob:x:7:0::/:\n", 0o644)
        .file("etc/group", "root:x:0:\n", 0o644)
        .file("d/a.txt", "abc", 0o644)
        .file("d/B.TXT", "", 0o4755)
        .file("d/e/f", "x", 0o600)
        .directory("d/e/empty")
        .symlink("d/l", "a.txt")
        .symlink("d/n", "none")
        .symlink("s", "d")
}

fn found(args: &[&str]) -> (u8, String) {
    let mut image = image();
    let ran = image.run(&[&["find"], args].concat(), "");
    (ran.status.0, ran.out.replace('\n', " ").trim_end().to_owned())
}

#[test]
fn places_are_found() {
    for (line, expected) in [
        ("d", "d d/B.TXT d/a.txt d/e d/e/empty d/e/f d/l d/n"),
        ("d -depth", "d/B.TXT d/a.txt d/e/empty d/e/f d/e d/l d/n d"),
        ("d -maxdepth 1 -type f", "d/B.TXT d/a.txt"),
        ("d -mindepth 2 -type f,d", "d/e/empty d/e/f"),
        ("d -name *.txt -o -iname b*", "d/B.TXT d/a.txt"),
        ("d ! -name *.txt -type f", "d/B.TXT d/e/f"),
        ("d ( -type l -o -empty ) -a -not -name n", "d/B.TXT d/e/empty d/l"),
        ("d -path */e/*", "d/e/empty d/e/f"),
        ("d -regex .*/[a-z]+", "d/e d/e/empty d/e/f d/l d/n"),
        ("d -regextype posix-extended -regex d/(e|l)", "d/e d/l"),
        ("d -perm 644", "d/a.txt"),
        ("d -type f -perm -u+s", "d/B.TXT"),
        ("d -type f -perm /111", "d/B.TXT"),
        ("d -size +0 -type f", "d/a.txt d/e/f"),
        ("d -size 3c", "d/a.txt"),
        ("d -lname a*", "d/l"),
        ("d -xtype l", "d/n"),
        ("d -xtype f -type l", "d/l"),
        ("d -name e -prune -o -type f -print", "d/B.TXT d/a.txt"),
        ("d -type f -print -quit", "d/B.TXT"),
        ("-L d -type f", "d/B.TXT d/a.txt d/e/f d/l"),
        ("-H s -maxdepth 1 -type d", "s s/e"),
        ("s", "s"),
        ("d -name e , -name l -print", "d/l"),
        ("d -user bob -o -nouser -o -gid +5", ""),
        ("d -mtime +98 -links 1 -type f", "d/B.TXT d/a.txt d/e/f"),
        ("d -newermt @0", ""),
        ("d -samefile d/a.txt", "d/a.txt"),
    ] {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(found(&words), (0, expected.to_owned()), "{line}");
    }
}

#[test]
fn things_are_done_there() {
    for (line, expected) in [
        ("d -type l -printf %f:%h:%P:%d:%l:%y%Y:%m\\n", "l:d:l:1:a.txt:lf:777 n:d:n:1:none:lN:777"),
        ("d -type f -exec basename {} .txt ;", "B.TXT a f"),
        ("d -type f -exec basename -a {} +", "B.TXT a.txt f"),
        ("d -name f -execdir basename -a {} ;", "f"),
        ("d -type f -exec basename -q {} ; -o -name f -print", "d/e/f"),
        ("d -type f -printf %s|%-5u|%#m|%5p|", "0|root |04755|d/B.TXT|3|root |0644|d/a.txt|1|root |0600|d/e/f|"),
    ] {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(found(&words), (0, expected.to_owned()), "{line}");
    }
}

#[test]
fn deleting_goes_from_the_bottom_up() {
    let mut image = image();
    assert_eq!(image.run(&["find", "d", "-mindepth", "1", "-delete"], "").status.0, 0);
    assert_eq!(image.run(&["find", "d"], "").out, "d\n");
    let mut image = self::image();
    assert_eq!(image.run(&["find", "d", "-name", "e", "-exec", "rm", "-rf", "{}", ";"], "").status.0, 0);
    assert_eq!(image.run(&["find", "d", "-type", "d"], "").out, "d\n");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in
        ["none", "d -what", "d -name", "d ( -name x", "d -type q", "d )", "d -exec", "d -maxdepth x", "d -user none"]
    {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(found(&words).0, 1, "{line}");
    }
}
