use proptest::prelude::*;

use super::*;

const HEADER: &str = "{'descr': '<f4', 'fortran_order': False, 'shape': (768,), }";

/// A file with any header and body.
fn file(version: [u8; 2], header: &str, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(header.len()).expect("short");
    [b"\x93NUMPY", &version[..], &len.to_le_bytes(), header.as_bytes(), body].concat()
}

fn with(header: &str) -> Result<Matrix, NpyError> {
    read(&file([1, 0], header, &[0; 24]), Expect::Matrix { rows: 2, cols: 3 })
}

fn header(descr: &str, order: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}")
}

#[test]
fn a_cache_entry_is_as_the_contract_says() {
    let bytes = write_vector(&[0.5; 768]);
    assert_eq!(bytes.len(), 3200);
    assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00v\x00");
    assert_eq!(&bytes[10..10 + HEADER.len()], HEADER.as_bytes());
    assert!(bytes[10 + HEADER.len()..127].iter().all(|it| *it == b' '));
    assert_eq!(bytes[127], b'\n');
    assert_eq!(write_vector(&[0.5; 25]).len(), 228);
}

#[test]
fn what_python_could_write_is_read() {
    let good = [
        header("'<f4'", "False", "(2, 3)"),
        header("\"<f4\"", "False", "(2,3,)"),
        "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}  \n".to_owned(),
        " { 'shape' : ( 2 , 3 ) , 'fortran_order' : False , 'descr' : '<f4' } \n".to_owned(),
    ];
    for text in good {
        assert_eq!(with(&text).expect(&text).shape(), (2, 3), "{text}");
    }
}

#[test]
fn what_is_no_matrix_of_ours_is_named() {
    let rows = [
        (header("'<f8'", "False", "(2, 3)"), "the values are `<f8` instead of `<f4`"),
        (header("'>f4'", "False", "(2, 3)"), "the values are `>f4` instead of `<f4`"),
        (header("'|O'", "False", "(2, 3)"), "the values are `|O` instead of `<f4`"),
        (
            header("[('a', '<f4')]", "False", "(2, 3)"),
            "the values are `[('a', '<f4')]` instead of `<f4`",
        ),
        (header("'<f4'", "True", "(2, 3)"), "the values are in Fortran order"),
        (header("'<f4'", "False", "(3, 3)"), "the shape is (3, 3) instead of (2, 3)"),
        (header("'<f4'", "False", "(6,)"), "the shape is (6,) instead of (2, 3)"),
        (header("'<f4'", "False", "()"), "the shape is () instead of (2, 3)"),
        (header("'<f4'", "False", "(2, 3, 1)"), "the shape is (2, 3, 1) instead of (2, 3)"),
        (
            header("'<f4'", "False", "(1152921504606846976, 1152921504606846976)"),
            "the shape is (1152921504606846976, 1152921504606846976) instead of (2, 3)",
        ),
        (
            header("'<f4'", "False", "(99999999999999999999,)"),
            "the .npy header has no readable `shape`",
        ),
        (header("'<f4'", "False", "(-1, 3)"), "the .npy header has no readable `shape`"),
        (header("'<f4'", "0", "(2, 3)"), "the .npy header has no readable order"),
        (
            "{'descr': '<f4', 'shape': (2, 3), }".to_owned(),
            "the .npy header has no `fortran_order`",
        ),
        ("{'descr': '<f4'".to_owned(), "the .npy header has no `}`"),
        ("{} x".to_owned(), "the .npy header has no end"),
        ("__import__('os')".to_owned(), "the .npy header has no `{`"),
        (String::new(), "the .npy header has no `{`"),
    ];
    for (text, expected) in rows {
        let error = with(&text).expect_err(&text).to_string();
        assert!(error.starts_with(expected), "{text} gave {error}");
    }
}

#[test]
fn other_files_versions_and_lengths_are_named() {
    let expect = Expect::Vector(3);
    let good = write_vector(&[1.0, 2.0, 3.0]);
    let text = header("'<f4'", "False", "(3,)");
    let rows = [
        (
            b"<html><body>502".to_vec(),
            "this is not a .npy file, it begins with \
             \"<html><body>502\"",
        ),
        (b"{".to_vec(), "this is not a .npy file, it begins with \"{\""),
        (file([2, 0], &text, &[]), "the .npy format is version 2.0 instead of 1.0"),
        (file([3, 0], &text, &[]), "the .npy format is version 3.0 instead of 1.0"),
        (
            file([1, 0], &" ".repeat(65_000), &[]),
            "the .npy header is 65000 bytes long, the limit is 10000",
        ),
        (Vec::new(), "it ends after 0 of 11 bytes"),
        (good[..50].to_vec(), "it ends after 50 of 128 bytes"),
        (good[..139].to_vec(), "it ends after 139 of 140 bytes"),
        ([&good[..], b"x"].concat(), "something follows the last of its 140 bytes"),
        (write_vector(&[1.0, f32::NAN, 3.0]), "value 1 of row 0 is not finite"),
        (write_vector(&[1.0, 2.0, f32::NEG_INFINITY]), "value 2 of row 0 is not finite"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(read(&bytes, expect).expect_err(expected).to_string(), expected);
    }
}

#[test]
fn memory_follows_the_expectation_and_not_the_header() {
    let limit = Expect::AtMost(100);
    let rows = [("(10, 10)", true), ("(101,)", false), ("(4611686018427387905, 4)", false)];
    for (shape, fits) in rows {
        let error = read(&file([1, 0], &header("'<f4'", "False", shape), &[]), limit).err();
        let truncated = matches!(error, Some(NpyError::Truncated { .. }));
        assert_eq!(truncated, fits, "{shape} gave {error:?}");
    }
    let vast = Expect::Matrix { rows: usize::MAX, cols: 2 };
    let text = header("'<f4'", "False", &format!("({}, 2)", usize::MAX));
    assert!(matches!(read(&file([1, 0], &text, &[]), vast), Err(NpyError::Shape { .. })));
}

#[test]
fn a_file_can_grow_on_disk_in_any_order() {
    let dir = tempfile::tempdir().expect("a place for files");
    let target = dir.path().join("out.npy");
    let mut file = NpyFile::create(&target, 2).expect("writable");
    let two = Matrix::new(vec![5.0, 6.0, 1.0, 2.0], 2, 2).expect("fits");
    file.place(&[2, 0], &two).expect("writable");
    file.leave_out(&[1]).expect("writable");
    assert!(!target.exists(), "half a file has no name");
    assert_eq!(file.finish().expect("renamed"), (3, 2));
    let bytes = std::fs::read(&target).expect("there");
    let expected = Matrix::new(vec![1.0, 2.0, f32::NAN, f32::NAN, 5.0, 6.0], 3, 2).expect("fits");
    assert_eq!(bytes, write(&expected));

    drop(NpyFile::create(&dir.path().join("other.npy"), 2).expect("writable"));
    let left: Vec<_> = std::fs::read_dir(dir.path()).expect("there").collect();
    assert_eq!(left.len(), 1, "a file that was given up leaves nothing: {left:?}");
}

proptest! {
    #[test]
    fn what_was_written_reads_back_however_it_is_cut(
        cols in 1_usize..9, rows in 0_usize..9, cut in 1_usize..40, seed in -1e30_f32..1e30,
    ) {
        let values = (0_u8..).map(|it| seed / f32::from(it.max(1))).take(rows * cols).collect();
        let matrix = Matrix::new(values, rows, cols).expect("it fits");
        let mut reader = Reader::new(Expect::Matrix { rows, cols });
        for piece in write(&matrix).chunks(cut) {
            reader.push(piece).expect("it is ours");
        }
        prop_assert_eq!(reader.finish().expect("it is whole"), matrix);
    }

    #[test]
    fn any_bytes_are_an_error_and_nothing_worse(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, Expect::AtMost(1000));
        let framed = file([1, 0], &String::from_utf8_lossy(&bytes), &[0; 8]);
        let _ = read(&framed, Expect::AtMost(1000));
    }

    #[test]
    fn a_good_file_that_is_changed_anywhere_never_panics(at in 0_usize..140, to in any::<u8>()) {
        let mut bytes = write_vector(&[1.0, 2.0, 3.0]);
        bytes[at] = to;
        let _ = read(&bytes, Expect::Vector(3));
    }
}
