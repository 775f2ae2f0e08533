use super::*;

#[test]
fn nothing_is_a_module_that_is_none() {
    let fault = |bytes: &[u8]| Facts::parse(&look(bytes.len() as u64, &mut &*bytes).expect("memory")).expect("own form").fault();
    assert_eq!(fault(b""), Some(Fault::NotElf));
}
