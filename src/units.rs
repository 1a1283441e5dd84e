//! Units of quantities: suffixes, dimensions, and how amounts are written.

/// What a quantity measures, with the unit that it is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Milliseconds.
    Duration,
    /// Bytes.
    Size,
    /// Per cent.
    Percent,
    /// Aurora capacity units and other plain units of capacity.
    Capacity,
    /// Events per second.
    Rate,
}

impl Dimension {
    /// The name of the type in the language.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Duration => "Duration",
            Self::Size => "Size",
            Self::Percent => "Percent",
            Self::Capacity => "Acu",
            Self::Rate => "Rate",
        }
    }
}

/// One row of the table of units: suffix, dimension, how many base units it is.
pub const UNITS: &[(&str, Dimension, f64)] = &[
    ("ms", Dimension::Duration, 1.0),
    ("s", Dimension::Duration, 1000.0),
    ("min", Dimension::Duration, 60_000.0),
    ("h", Dimension::Duration, 3_600_000.0),
    ("d", Dimension::Duration, 86_400_000.0),
    ("acu", Dimension::Capacity, 1.0),
    ("B", Dimension::Size, 1.0),
    ("KiB", Dimension::Size, 1024.0),
    ("MiB", Dimension::Size, 1_048_576.0),
    ("GiB", Dimension::Size, 1_073_741_824.0),
    ("TiB", Dimension::Size, 1_099_511_627_776.0),
    ("%", Dimension::Percent, 1.0),
];

/// The dimension of a unit and how many base units it is.
#[must_use]
pub fn unit(suffix: &str) -> Option<(Dimension, f64)> {
    UNITS.iter().find(|(name, ..)| *name == suffix).map(|(_, dimension, factor)| (*dimension, *factor))
}

/// Writes an amount of base units in the largest unit that gives a whole number.
#[must_use]
pub fn quantity_text(amount: f64, dimension: Dimension) -> String {
    if dimension == Dimension::Rate {
        return format!("{}/s", number_text(amount));
    }
    let mut best: Option<(&str, f64)> = None;
    for (suffix, of, factor) in UNITS {
        if *of == dimension && (amount / factor).fract() == 0.0 && best.is_none_or(|(_, least)| *factor > least) {
            best = Some((suffix, *factor));
        }
    }
    let (suffix, factor) = match best {
        Some(found) if amount != 0.0 => found,
        _ => UNITS.iter().find(|(_, of, _)| *of == dimension).map_or(("", 1.0), |(suffix, _, factor)| (*suffix, *factor)),
    };
    format!("{}{suffix}", number_text(amount / factor))
}

/// A time for people, to the second: `1h 5min`, `4min 30s`, `250ms`.
#[must_use]
pub fn time_text(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        return format!("{}ms", number_text(milliseconds.round()));
    }
    let seconds = (milliseconds / 1000.0).round();
    let parts = [(seconds / 86_400.0, "d"), (seconds % 86_400.0 / 3600.0, "h"), (seconds % 3600.0 / 60.0, "min"), (seconds % 60.0, "s")];
    let parts = parts.into_iter().map(|(amount, unit)| (amount.floor(), unit)).filter(|(amount, _)| *amount > 0.0);
    parts.map(|(amount, unit)| format!("{amount}{unit}")).collect::<Vec<_>>().join(" ")
}

/// A number without a needless fraction.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number}") }
}
