//! Business calendars: weekly periods in a time zone, and days that differ. (Filled in by its builder.)

/// placeholder
#[derive(Clone, Debug)]
pub struct Calendar;
/// placeholder
#[derive(Clone, Copy, Debug)]
pub enum CalendarState {
    /// open
    Open,
}
