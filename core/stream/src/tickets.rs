//! [`TicketBook`]: which input of which viewer a frame is the first to show.

use heliograph_wire::ViewerId;
use std::collections::VecDeque;

/// Inputs that wait for their frame. When more do, the oldest is forgotten: its viewer is told of a newer one.
const WAITING_MAX: usize = 4_096;

/// Every input gets the next ticket; a frame says the last ticket that it shows.
#[derive(Debug, Default)]
pub(crate) struct TicketBook {
    last: u64,
    waiting: VecDeque<(u64, ViewerId, u32)>,
}

impl TicketBook {
    /// A ticket for a viewer's input that it counted as `seq`.
    pub(crate) fn issue(&mut self, viewer: ViewerId, seq: u32) -> u64 {
        let ticket = self.issue_untold();
        if self.waiting.len() == WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((ticket, viewer, seq));
        ticket
    }

    /// A ticket for something that nobody waits to see.
    pub(crate) fn issue_untold(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A frame shows everything up to a ticket: for each viewer concerned, the newest of its inputs. Each is told once.
    pub(crate) fn shown(&mut self, applied_ticket: u64) -> Vec<(ViewerId, u32)> {
        let mut newest: Vec<(ViewerId, u32)> = Vec::new();
        while let Some((_, viewer, seq)) = self.waiting.pop_front_if(|(ticket, ..)| *ticket <= applied_ticket) {
            match newest.iter_mut().find(|(known, _)| *known == viewer) {
                Some(entry) => entry.1 = seq,
                None => newest.push((viewer, seq)),
            }
        }
        newest
    }

    /// A viewer has left.
    pub(crate) fn forget(&mut self, viewer: ViewerId) {
        self.waiting.retain(|(_, known, _)| *known != viewer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ViewerId = ViewerId(1);
    const B: ViewerId = ViewerId(2);

    #[test]
    fn each_viewer_hears_once_of_its_newest_input_that_a_frame_shows() {
        let mut book = TicketBook::default();
        let tickets = [book.issue(A, 10), book.issue(B, 70), book.issue(A, 11), book.issue(A, 12)];
        assert_eq!(tickets, [1, 2, 3, 4]);
        assert_eq!(book.shown(0), []);
        assert_eq!(book.shown(3), [(A, 11), (B, 70)]);
        assert_eq!(book.shown(3), []);
        assert_eq!(book.shown(u64::MAX), [(A, 12)]);
    }

    #[test]
    fn a_viewer_who_left_is_forgotten() {
        let mut book = TicketBook::default();
        book.issue(A, 1);
        book.issue(B, 1);
        book.forget(A);
        assert_eq!(book.shown(9), [(B, 1)]);
    }

    #[test]
    fn frames_that_never_come_do_not_fill_the_memory() {
        let mut book = TicketBook::default();
        for seq in 0..100_000 {
            book.issue(A, seq);
        }
        assert!(book.waiting.len() <= WAITING_MAX);
        assert_eq!(book.shown(u64::MAX), [(A, 99_999)]);
    }
}
