//! A short hash that the text indexes carry, so that a change of what they do not spell out is seen too.

/// FNV-1a, 64 bits.
#[derive(Debug, Clone, Copy)]
pub struct Hash(u64);

impl Hash {
    /// The hash of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a text and where it ends.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    /// Adds a number.
    pub fn word(&mut self, word: u32) -> &mut Self {
        self.text(&word.to_string())
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }

    /// Six hexadecimal digits of it.
    #[must_use]
    pub fn hex(self) -> String {
        format!("{:06x}", self.0 & 0xff_ffff)
    }
}
