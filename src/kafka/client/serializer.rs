//! From what a person types as a key to the bytes a producer hashes and sends, and back.
//!
//! Left out: every other serializer, and values: the model's values are text.

use std::fmt;

/// What `key.serializer` is set to.
#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq)]
pub enum Serializer {
    /// `StringSerializer`: UTF-8.
    #[default]
    String,
    /// `IntegerSerializer`: 4 bytes, big-endian.
    Integer,
    /// `LongSerializer`: 8 bytes, big-endian.
    Long,
}

impl Serializer {
    /// All of them, in the order to offer them in.
    pub const ALL: [Serializer; 3] = [Serializer::String, Serializer::Integer, Serializer::Long];

    /// The bytes of `text` as this serializer makes them. A number is written in decimal digits,
    /// with a sign if need be.
    ///
    /// Follows `org.apache.kafka.common.serialization`.
    pub fn serialize(self, text: &str) -> Result<Vec<u8>, SerializerError> {
        let error = || SerializerError { serializer: self, text: text.to_owned() };
        match self {
            Serializer::String => Ok(text.as_bytes().to_vec()),
            Serializer::Integer => match text.parse::<i32>() {
                Ok(number) => Ok(number.to_be_bytes().to_vec()),
                Err(_) => Err(error()),
            },
            Serializer::Long => match text.parse::<i64>() {
                Ok(number) => Ok(number.to_be_bytes().to_vec()),
                Err(_) => Err(error()),
            },
        }
    }

    /// What `bytes` say to someone who reads them with the deserializer of the same name. Bytes it
    /// could not have made show as U+FFFD in text, and in hexadecimal where a number was due.
    pub fn display(self, bytes: &[u8]) -> String {
        let number = match self {
            Serializer::String => return String::from_utf8_lossy(bytes).into_owned(),
            Serializer::Integer => bytes.try_into().map(|bytes| i32::from_be_bytes(bytes).to_string()),
            Serializer::Long => bytes.try_into().map(|bytes| i64::from_be_bytes(bytes).to_string()),
        };
        number.unwrap_or_else(|_| {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            std::iter::once("0x".to_owned()).chain(digits).collect()
        })
    }

    /// The name of Kafka's class, without its package.
    pub fn name(self) -> &'static str {
        match self {
            Serializer::String => "StringSerializer",
            Serializer::Integer => "IntegerSerializer",
            Serializer::Long => "LongSerializer",
        }
    }

    /// The least and the greatest number it takes; nothing for text.
    pub fn range(self) -> Option<(i64, i64)> {
        match self {
            Serializer::String => None,
            Serializer::Integer => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Serializer::Long => Some((i64::MIN, i64::MAX)),
        }
    }
}

/// A text that a serializer cannot take.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct SerializerError {
    /// The serializer that was asked; its [`Serializer::range`] is what it takes.
    pub serializer: Serializer,
    /// The text it was given.
    pub text: String,
}

impl fmt::Display for SerializerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.serializer.name();
        match self.serializer.range() {
            None => write!(f, "{:?} is not text for {name}", self.text),
            Some((least, greatest)) => {
                write!(f, "{:?} is not a key for {name}: it takes a whole number from {least} to {greatest}", self.text)
            }
        }
    }
}

impl std::error::Error for SerializerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_digits_are_other_bytes_to_each() {
        assert_eq!(Serializer::String.serialize("1"), Ok(b"1".to_vec()));
        assert_eq!(Serializer::Integer.serialize("1"), Ok(vec![0, 0, 0, 1]));
        assert_eq!(Serializer::Long.serialize("1"), Ok(vec![0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(Serializer::Integer.serialize("-2"), Ok(vec![255, 255, 255, 254]));
    }

    #[test]
    fn text_is_utf8_and_may_be_empty() {
        assert_eq!(Serializer::String.serialize(""), Ok(Vec::new()));
        assert_eq!(Serializer::String.serialize("é"), Ok(vec![0xc3, 0xa9]));
    }

    #[test]
    fn numbers_end_where_javas_do() {
        for (serializer, inside, outside) in [
            (Serializer::Integer, "2147483647", "2147483648"),
            (Serializer::Integer, "-2147483648", "-2147483649"),
            (Serializer::Long, "9223372036854775807", "9223372036854775808"),
            (Serializer::Long, "-9223372036854775808", "-9223372036854775809"),
        ] {
            let bytes = serializer.serialize(inside).expect(inside);
            assert_eq!(serializer.display(&bytes), inside);
            assert!(serializer.serialize(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn a_refusal_names_the_value_and_the_range() {
        for text in ["", "1.5", "1e3", " 1", "eleven", "0x10"] {
            assert!(Serializer::Integer.serialize(text).is_err(), "{text:?}");
        }
        let error = Serializer::Integer.serialize("eleven").expect_err("not a number");
        assert_eq!(
            error.to_string(),
            "\"eleven\" is not a key for IntegerSerializer: \
             it takes a whole number from -2147483648 to 2147483647"
        );
    }

    #[test]
    fn bytes_of_another_serializer_show_as_they_are() {
        assert_eq!(Serializer::Integer.display(b"alice"), "0x616c696365");
        assert_eq!(Serializer::Long.display(&[0, 0, 0, 1]), "0x00000001");
        assert_eq!(Serializer::String.display(&[0x61, 0xff]), "a\u{fffd}");
    }
}
