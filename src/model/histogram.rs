//! Times under load as a histogram that other runs' can be added to without loss.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::{Millis, requests_needed};
use hdrhistogram::serialization::{Deserializer as HdrReader, Serializer as _, V2Serializer};

/// The longest time that is told apart from longer ones, in microseconds.
const LONGEST: u64 = 3_600_000_000;
/// How many digits of a time are kept.
const DIGITS: u8 = 3;

/// Holds how often which time was measured: from a microsecond to an hour, to three digits.
///
/// It takes memory up to the longest time that it holds, which mostly is a small part of an hour.
///
/// In JSON it is the base64 text of an HDR histogram, second version, in microseconds, which the tools of that format read.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram(hdrhistogram::Histogram<u64>);

/// Says why a text is no histogram.
#[derive(Debug, Error)]
pub enum HistogramError {
    /// It is not base64.
    #[error("the histogram is not base64: {0}")]
    Text(#[from] base64::DecodeError),
    /// Its bytes are not those of a histogram.
    #[error("the bytes of the histogram cannot be read: {0}")]
    Bytes(#[from] hdrhistogram::serialization::DeserializeError),
}

impl Histogram {
    /// Counts one more time; one of more than an hour counts as an hour.
    pub fn record(&mut self, time: Duration) {
        self.record_often(u64::try_from(time.as_micros()).unwrap_or(LONGEST), 1);
    }

    fn record_often(&mut self, micros: u64, count: u64) {
        self.0.record_n(micros.min(LONGEST), count).expect("it grows up to an hour");
    }

    /// Counts everything that `other` counted.
    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("it grows up to an hour");
    }

    /// Gives how many times were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Gives the time that this share of the times, from 0 to 1, does not exceed; none without a time.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Millis> {
        (!self.0.is_empty()).then(|| millis(self.0.value_at_quantile(share)))
    }

    /// Gives the time that this share of the times does not exceed, where as many were counted as a percentile needs:
    /// told from fewer, it is the longest of them under another name.
    #[must_use]
    pub fn percentile(&self, share: f64) -> Option<Millis> {
        self.quantile(share).filter(|_| self.count() >= requests_needed(share))
    }

    /// Gives the longest time; none without a time.
    #[must_use]
    pub fn max(&self) -> Option<Millis> {
        (!self.0.is_empty()).then(|| millis(self.0.max()))
    }

    /// Gives the mean of all times; none without a time.
    #[must_use]
    pub fn mean(&self) -> Option<Millis> {
        (!self.0.is_empty()).then(|| Millis(self.0.mean() / 1000.0))
    }

    /// Gives the points of the percentile spectrum: a share from 0 to 1 and the time that it does not exceed.
    pub fn spectrum(&self) -> impl Iterator<Item = (f64, Millis)> {
        let steps = self.0.iter_quantiles(5);
        steps.map(|step| (step.quantile_iterated_to(), millis(step.value_iterated_to())))
    }

    /// Gives how many of the times were at most `time`.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of at most an hour in microseconds"
    )]
    pub fn count_up_to(&self, time: Millis) -> u64 {
        self.0.count_between(0, (time.0 * 1000.0) as u64)
    }

    /// Gives the histogram itself, in microseconds, to what writes it in a form of its own.
    #[must_use]
    pub const fn in_micros(&self) -> &hdrhistogram::Histogram<u64> {
        &self.0
    }

    /// Writes it as the base64 text of an HDR histogram, second version.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&self.0, &mut bytes)
            .expect("a vector takes every byte, and the counts fit");
        STANDARD.encode(bytes)
    }

    /// Reads what [`Self::encoded`] wrote.
    ///
    /// # Errors
    ///
    /// When the text is no histogram.
    pub fn decode(text: &str) -> Result<Self, HistogramError> {
        let bytes = STANDARD.decode(text)?;
        let read: hdrhistogram::Histogram<u64> = HdrReader::new().deserialize(&mut &*bytes)?;
        let mut own = Self::default();
        // Bounds of another writer become those of this file.
        for step in read.iter_recorded() {
            own.record_often(step.value_iterated_to(), step.count_at_value());
        }
        Ok(own)
    }
}

/// Is a histogram as its JSON has it: that of a few times takes a thousandth of the memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PackedHistogram(String);

impl PackedHistogram {
    /// Gives the histogram.
    #[must_use]
    pub fn unpacked(&self) -> Histogram {
        Histogram::decode(&self.0).expect("only what can be read was packed")
    }
}

impl From<&Histogram> for PackedHistogram {
    fn from(histogram: &Histogram) -> Self {
        Self(histogram.encoded())
    }
}

impl<'de> Deserialize<'de> for PackedHistogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Histogram::deserialize(deserializer).map(|histogram| Self::from(&histogram))
    }
}

impl Default for Histogram {
    fn default() -> Self {
        let growing = hdrhistogram::Histogram::new(DIGITS);
        Self(growing.expect("the digits are a constant that a test makes a histogram of"))
    }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encoded())
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Histogram {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Histogram".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "contentEncoding": "base64",
            "description": "An HDR histogram, second version, in microseconds.",
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most an hour in microseconds")]
fn millis(micros: u64) -> Millis {
    Millis(micros as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_read_back_as_it_was_written() {
        let mut histogram = Histogram::default();
        for micros in [1, 250, 999_000, 3_600_000_000, 9_000_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let read = Histogram::decode(&histogram.encoded()).unwrap();
        assert_eq!(read.count(), 5);
        assert_eq!(read.quantile(0.5), histogram.quantile(0.5));
        assert_eq!(read.max(), histogram.max());
        assert!(Histogram::decode("no histogram").is_err());
        assert!(Histogram::decode("AAAA").is_err());
    }

    #[test]
    fn a_packed_histogram_is_the_same_text_in_json_and_unpacks_to_what_was_packed() {
        let mut histogram = Histogram::default();
        histogram.record(Duration::from_millis(7));
        let packed = PackedHistogram::from(&histogram);
        assert_eq!(packed.unpacked(), histogram);
        let text = serde_json::to_string(&packed).unwrap();
        assert_eq!(text, serde_json::to_string(&histogram).unwrap());
        assert_eq!(serde_json::from_str::<PackedHistogram>(&text).unwrap(), packed);
        assert!(serde_json::from_str::<PackedHistogram>("\"AAAA\"").is_err());
    }

    #[test]
    fn without_a_time_nothing_is_known() {
        let empty = Histogram::default();
        assert_eq!((empty.quantile(0.99), empty.max(), empty.mean()), (None, None, None));
    }

    #[test]
    fn a_percentile_is_told_of_no_fewer_times_than_it_needs() {
        let mut times = Histogram::default();
        (0..298).for_each(|_| times.record(Duration::from_millis(5)));
        assert!(times.percentile(0.95).is_some());
        assert_eq!((times.percentile(0.99), times.quantile(0.99)), (None, Some(Millis(5.003))));
        times.record(Duration::from_millis(5));
        assert!(times.percentile(0.99).is_some());
        assert_eq!(Histogram::default().percentile(0.5), None);
    }

    #[test]
    fn what_was_counted_apart_is_the_same_as_what_was_counted_together() {
        let (mut one, mut other, mut both) = Default::default();
        let all: [&mut Histogram; 3] = [&mut one, &mut other, &mut both];
        for time in (1..2000).map(Duration::from_micros) {
            all[usize::from(time.as_micros() % 3 == 0)].record(time);
            all[2].record(time);
        }
        one.add(&other);
        assert_eq!(one, both);
    }
}
