//! Masks for lists of rooms: how many and how long ones every dialect takes. What it does not take is said, not passed over.

use crate::domain::request::{LIST_MASKS_MAX, MASK_MAX};

/// The masks, if the domain looks at all of them.
///
/// # Errors
/// Which limit stands against them, in words for the asker.
pub(super) fn read<'a>(masks: impl Iterator<Item = &'a str>) -> Result<Vec<Box<str>>, String> {
    let mut taken = Vec::new();
    for mask in masks {
        if taken.len() == LIST_MASKS_MAX {
            return Err(format!("Too many masks; at most {LIST_MASKS_MAX} at once"));
        }
        if mask.len() > MASK_MAX {
            return Err(format!("A mask is longer than {MASK_MAX} bytes"));
        }
        taken.push(mask.into());
    }
    Ok(taken)
}
