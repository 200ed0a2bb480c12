//! Where a card opens beside the thing it is about, never over its edge of the window.

use super::{Point, Rect, point};

/// Space kept to the window's edges and to the thing asked about.
const GAP: f32 = 10.0;

/// The corner of a card of this size that opens beside `anchor` in a window of `width` by `height`: below it if there
/// is room, else above, else at the side with more room; always wholly in the window where it can be.
pub fn beside(anchor: Rect, card: (f32, f32), width: f32, height: f32) -> Point {
    let (w, h) = card;
    let inside = |at: f32, size: f32, room: f32| at.min(room - size - GAP).max(GAP);
    let x = inside(anchor.mid_x() - w / 2.0, w, width);
    if anchor.bottom() + GAP + h <= height - GAP {
        return point(x, anchor.bottom() + GAP);
    }
    if anchor.y - GAP - h >= GAP {
        return point(x, anchor.y - GAP - h);
    }
    let y = inside(anchor.mid_y() - h / 2.0, h, height);
    if anchor.right() + GAP + w <= width - GAP {
        point(anchor.right() + GAP, y)
    } else if anchor.x - GAP - w >= GAP {
        point(anchor.x - GAP - w, y)
    } else {
        point(x, y)
    }
}
