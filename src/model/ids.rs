//! Numbers that stand for things of the model, and the tables they point into.

use std::marker::PhantomData;

/// The number of a `T` in its [`Arena`].
pub struct Id<T>(u32, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The position in the arena, for tables that stand beside it.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A table that only grows; its ids stay valid.
#[derive(Debug, Clone)]
pub struct Arena<T>(Vec<T>);

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Arena<T> {
    /// Adds an item and gives its id.
    pub fn add(&mut self, item: T) -> Id<T> {
        self.0.push(item);
        Id(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX), PhantomData)
    }

    /// The item with this id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by `add` of the same arena only")]
    #[must_use]
    pub fn get(&self, id: Id<T>) -> &T {
        &self.0[id.0 as usize]
    }

    /// The item with this id, to be changed.
    #[expect(clippy::indexing_slicing, reason = "ids are made by `add` of the same arena only")]
    pub fn get_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.0 as usize]
    }

    /// All items with their ids, in the order of their making.
    pub fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        self.0.iter().enumerate().map(|(at, item)| (Id(u32::try_from(at).unwrap_or(u32::MAX), PhantomData), item))
    }

    /// All ids, in the order of their making.
    pub fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.0.len()).map(|at| Id(u32::try_from(at).unwrap_or(u32::MAX), PhantomData))
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
