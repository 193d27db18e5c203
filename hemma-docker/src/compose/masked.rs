//! Compose's messages without the values of `.env`.
//!
//! Compose puts variables into its files before it reads them, and quotes what it cannot use: a
//! password as a port, or the rest of a line of `.env`. So only those words of a message are shown
//! that are Compose's own, or that are written in the compose files.

use std::collections::BTreeSet;

use hemma_core::HIDDEN;

use super::variables_said::of_env_file;

/// Words of Compose's and YAML's messages.
const OWN: &str = "
    a additional address alias aliases all already always an anchor and another any apply argument arguments array as
    assignment at attribute attributes be been before block bool boolean both build but by bytes cannot cast
    character characters circular collection column command compose config configs conflicting conflicts construct
    contain contains container containerPort content context convert could create cross cycle daemon decoding default
    defined definition dependency depends deploy detected device devices did directive directory document does double
    driver due duplicate duration during each either element elements else empty end entry env error errors escape
    exceeds exist exists expand expected extend extends extension external failed false file files find float flow
    following for format found from go-yaml group had has have healthcheck host hostPort hostname image implemented import
    imported in include included indentation indicator input int integer interpolating interpolation into invalid ip is
    items it its key keys kind label labels last least length level line list load loader long map mapping mappings match
    matching may memory merge merging message missing mix mode more most mount must name named names need needs neither
    network networks no node none nor not null number numeric object of on one only open option options or order other
    out output parameter parameters parse parser parsing path paths pattern permission denied plain policy port ports
    pragma preceding problem process profile profiles project properties property protocol published publish pull
    quoted range read reached reader real recursive redeclare reference referenced refers relative replicas required
    reserved resolve resource resources restart root same sandboxes scalar scale scan scanner scanning scheme secret secrets section
    seen selected sequence service services set settings shared should simple single size so source space spaces specified
    specify start stat stream string strings such supported syntax tab tabs tag target than that the them there this
    time times to token tokens too top top-level trying type types unable undefined unexpected unique unit
    unknown unmarshal unmarshall unsupported unterminated up use used uses using valid validating value values variable version
    volume volumes was were when where which while with within without write wrong yaml yml you
    allowed additionalProperties ParseFloat ParseInt ParseBool Atoi strconv Invalid template Template Additional You
    IP missing additional hosts bind tmpfs npipe cluster long short form syntax
";

/// Phrases that follow a value and say what is wrong with it.
const ENDINGS: [&str; 7] = [
    ": invalid compose project",
    ": invalid syntax",
    ": value out of range",
    ": no such file or directory",
    ": is a directory",
    ": permission denied",
    "not found",
];

/// The line, with `[hidden]` in place of everything from the first word on that is neither
/// Compose's own nor in the files (`written`), and of everything that is from a file of variables.
pub(super) fn masked(line: &str, written: &BTreeSet<&str>) -> String {
    of_env_file(line, written).unwrap_or_else(|| words_masked(line, written))
}

/// The line, masked by its words alone.
pub(super) fn words_masked(line: &str, written: &BTreeSet<&str>) -> String {
    let Some(at) = first_unknown(line, written) else { return line.to_owned() };
    let from = beginning(&line[..at]);
    let rest = &line[from..];
    let pattern = " does not match pattern '";
    let ending = match rest.rfind(pattern) {
        Some(at) => &rest[at..],
        None => ENDINGS.iter().find(|it| rest.ends_with(**it)).copied().unwrap_or_default(),
    };
    let gap = if ending.starts_with([' ', ':']) || ending.is_empty() { "" } else { " " };
    format!("{}{HIDDEN}{gap}{ending}", &line[..from])
}

/// The place of the first word that could be part of a value.
fn first_unknown(line: &str, written: &BTreeSet<&str>) -> Option<usize> {
    let own: BTreeSet<&str> = OWN.split_whitespace().collect();
    let inside = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
    let (mut at, mut before) = (0, "");
    while let Some(begin) = line[at..].find(inside).map(|it| at + it) {
        let end = line[begin..].find(|it| !inside(it)).map_or(line.len(), |it| begin + it);
        let word = &line[begin..end];
        // Text between two words belongs to a value if it is more than punctuation.
        let strange = behind(&line[at..begin], &STRANGE);
        let plain = word.trim_matches('-');
        let is_known = own.contains(plain)
            || own.contains(plain.to_lowercase().as_str()) && plain.len() > 2
            || written.contains(word)
            || plain.is_empty()
            || is_place(before, word);
        let is_variable =
            before == "variable" && word.chars().all(|it| it == '_' || it.is_ascii_alphanumeric());
        if let Some(strange) = strange {
            return Some(at + strange);
        }
        if !is_known && !is_variable {
            return Some(begin);
        }
        (at, before) = (end, word);
    }
    behind(&line[at..], &STRANGE_AT_THE_END).map(|it| at + it)
}

/// Characters that are more than punctuation, between two words or behind the last one.
const STRANGE: [char; 16] =
    ['$', '\\', '*', '&', '#', '%', '!', '@', '~', '|', '<', '=', '+', ';', '?', '^'];
const STRANGE_AT_THE_END: [char; 14] =
    ['$', '\\', '*', '#', '%', '!', '@', '~', '|', '<', '=', '+', '?', '^'];

/// The place where a value begins in the text behind a word: at the space before a strange
/// character, or at the word itself.
fn behind(gap: &str, strange: &[char]) -> Option<usize> {
    let strange = gap.find(strange)?;
    Some(gap[..strange].rfind(char::is_whitespace).map_or(0, |it| it + 1))
}

/// Whether a word is the number of a line or column.
fn is_place(before: &str, word: &str) -> bool {
    let number =
        |it: &str| !it.is_empty() && it.len() < 7 && it.bytes().all(|it| it.is_ascii_digit());
    let named = matches!(before, "line" | "column") && number(word);
    // `L4.C18-C29`
    let short = word.split('-').all(|it| it.strip_prefix(['L', 'C']).is_some_and(number));
    named || short
}

/// The beginning of the text's last part: at an open quote, or behind the last space.
fn beginning(before: &str) -> usize {
    let open = ['"', '\'', '`'].into_iter().filter(|it| before.matches(*it).count() % 2 == 1);
    let open = open.filter_map(|it| before.rfind(it)).min();
    open.unwrap_or_else(|| before.rfind(char::is_whitespace).map_or(0, |it| it + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message, and what is shown of it.
    const ROWS: &[(&str, &str)] = &[
        (
            "failed to read .env: Invalid template: \"pa${c4n4ry\"",
            "failed to read .env: Invalid template: [hidden]",
        ),
        (
            "failed to read .env: Invalid template: \"a$$c4n4ry${\"",
            "failed to read .env: Invalid template: [hidden]",
        ),
        (
            "failed to read .env: Invalid template: \"c4n4ry ${}\"",
            "failed to read .env: Invalid template: [hidden]",
        ),
        (
            "failed to read .env: Invalid template: \"value ${}\"",
            "failed to read .env: Invalid template: [hidden]",
        ),
        (
            "failed to read .env: Invalid template: \"${\"",
            "failed to read .env: Invalid template: [hidden]",
        ),
        (
            "failed to read .env: line 1: unterminated quoted value 'c4n4ry",
            "failed to read .env: line 1: unterminated quoted value [hidden]",
        ),
        (
            "failed to read .env: line 1: unterminated quoted value \"c4n4ry\\",
            "failed to read .env: line 1: unterminated quoted value [hidden]",
        ),
        (
            "failed to read .env: line 1: key cannot contain a space",
            "failed to read .env: line 1: key cannot contain a space",
        ),
        (
            "failed to read .env: line 1: unexpected character \"$\" in variable name \"c4n4ry${\"",
            "failed to read .env: line 1: unexpected character [hidden]",
        ),
        (
            "failed to read .env: line 1: unexpected character \"\\x01\" in variable name \"\\x01c4n4ry=1\"",
            "failed to read .env: line 1: unexpected character [hidden]",
        ),
        (
            "failed to read .env: required variable X is missing a value: c4n4ry is needed",
            "failed to read .env: required variable [hidden]",
        ),
        (
            "failed to read own.env: Invalid template: \"pa${c4n4ry\"",
            "failed to read own.env: Invalid template: [hidden]",
        ),
        // Each word of these values is Compose's own, or is written in the compose files.
        (
            "failed to read .env: line 1: unterminated quoted value 'image own",
            "failed to read .env: line 1: unterminated quoted value [hidden]",
        ),
        (
            "failed to read own.env: Invalid template: \"port ${\"",
            "failed to read own.env: Invalid template: [hidden]",
        ),
        (
            "failed to read c.txt: line 2: unexpected character \"+\" in variable name \"image+own\"",
            "failed to read [hidden]: line 2: unexpected character [hidden]",
        ),
        ("failed to read .env: image own", "failed to read .env: [hidden]"),
        ("failed to read .env: line 7: own set", "failed to read .env: line 7: [hidden]"),
        ("invalid hostPort: c4n4ry", "invalid hostPort: [hidden]"),
        ("Invalid containerPort: 4711", "Invalid containerPort: [hidden]"),
        ("invalid hostPort: line", "invalid hostPort: line"),
        (
            "error while interpolating services.a.ports.[].target: failed to cast to expected type: strconv.Atoi: parsing \"c4n4ry\": invalid syntax",
            "error while interpolating services.a.ports.[].target: failed to cast to expected type: strconv.Atoi: parsing [hidden]: invalid syntax",
        ),
        (
            "error while interpolating services.a.environment.V: failed to cast to expected type: invalid boolean: c4n4ry",
            "error while interpolating services.a.environment.V: failed to cast to expected type: invalid boolean: [hidden]",
        ),
        (
            "'services[a].image' time: invalid duration \"c4n4 ry\"",
            "'services[a].image' time: invalid duration [hidden]",
        ),
        (
            "'services[a].image' strconv.ParseFloat: parsing \"c4n4\": invalid syntax",
            "'services[a].image' strconv.ParseFloat: parsing [hidden]: invalid syntax",
        ),
        (
            "service \"a\" refers to undefined volume c4n4ry: invalid compose project",
            "service \"a\" refers to undefined volume [hidden]: invalid compose project",
        ),
        (
            "service \"a\" depends on undefined service \"c4n4ry x\": invalid compose project",
            "service \"a\" depends on undefined service [hidden]: invalid compose project",
        ),
        (
            "service \"a\" depends on undefined service \"own\": invalid compose project",
            "service \"a\" depends on undefined service \"own\": invalid compose project",
        ),
        (
            "cannot extend service \"a\" in c.yml: service \"c4n4ry\" not found",
            "cannot extend service \"a\" in c.yml: service [hidden] not found",
        ),
        ("open c4n4ry.yml: no such file or directory", "open [hidden]: no such file or directory"),
        (
            "env file c4n4ry not found: stat c4n4ry: no such file or directory",
            "env file [hidden]: no such file or directory",
        ),
        ("'services[a].extra_hosts' invalid additional host, missing IP: c4n4ry", "[hidden]"),
        (
            "validating c.yml: services.a.image 'c4n4ry' does not match pattern '^(always|never)$'",
            "validating c.yml: services.a.image [hidden] does not match pattern '^(always|never)$'",
        ),
        (
            "validating c.yml: services.a.image must be a mapping",
            "validating c.yml: services.a.image must be a mapping",
        ),
        (
            "error while interpolating services.a.environment.V: required variable Q is missing a value: c4n4ry",
            "error while interpolating services.a.environment.V: required variable Q is missing a value: [hidden]",
        ),
        (
            "error while interpolating services.a.environment.V: required variable Q is missing a value: set it",
            "error while interpolating services.a.environment.V: required variable Q is missing a value: set it",
        ),
        (
            "failed to parse c.yml: yaml: construct errors: line 1: line 4: mapping key \"image\" already defined at line 3",
            "failed to parse c.yml: yaml: construct errors: line 1: line 4: mapping key \"image\" already defined at line 3",
        ),
        (
            "failed to parse c.yml: go-yaml load error in parser (while parsing a flow mapping) at L4.C18-C29: did not find expected ',' or '}'",
            "failed to parse c.yml: go-yaml load error in parser (while parsing a flow mapping) at L4.C18-C29: did not find expected ',' or '}'",
        ),
        (
            "invalid interpolation format for services.a.environment.V",
            "invalid interpolation format for services.a.environment.V",
        ),
        ("invalid spec: c4n4ry::x", "invalid [hidden]"),
        ("pässwörd", "[hidden]"),
    ];

    /// Messages of Compose 2.40 and 5.6 about `services.a` with the canary in a variable. `${K}`,
    /// `Q` and the names of the keys are in the file.
    #[test]
    fn no_value_comes_through() {
        let written = "services a image environment V K Q ports target 80 c yml own set x"
            .split(' ')
            .collect();
        for (said, shown) in ROWS.iter().copied() {
            let seen = masked(said, &written);
            assert!(!seen.contains("c4n4"), "{seen}");
            assert_eq!(seen, shown, "{said}");
        }
    }
}
