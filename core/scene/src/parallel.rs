//! Work that all processors share.

use std::sync::Mutex;
use std::thread::available_parallelism;

/// More threads would wait for memory.
const MOST_THREADS: usize = 8;

/// Has each of these tasks done by one of a few threads, and gives what each thread has gathered.
pub(crate) fn in_parallel<T: Send, G: Send>(
    tasks: impl ExactSizeIterator<Item = T> + Send,
    gather: impl Fn() -> G + Sync,
    work: impl Fn(T, &mut G) + Sync,
) -> Vec<G> {
    let threads = threads().min(tasks.len());
    let tasks = Mutex::new(tasks);
    let next = || tasks.lock().map_or(None, |mut tasks| tasks.next());
    let run = || {
        let mut gathered = gather();
        while let Some(task) = next() {
            work(task, &mut gathered);
        }
        gathered
    };
    if threads < 2 {
        return vec![run()];
    }
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let own = run();
        // A thread ends without a result only by a panic, of which there is none.
        std::iter::once(own).chain(others.into_iter().filter_map(|other| other.join().ok())).collect()
    })
}

/// What `work` makes of each of these tasks, in their order.
pub(crate) fn each<T: Send, R: Send>(tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let tasks = tasks.into_iter().enumerate();
    let done = in_parallel(tasks, Vec::new, |(at, task), done| done.push((at, work(task))));
    let mut done: Vec<(usize, R)> = done.into_iter().flatten().collect();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How many threads share work.
pub(crate) fn threads() -> usize {
    available_parallelism().map_or(1, |count| count.get()).min(MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_each_comes_in_the_order_of_the_tasks() {
        let squares = each((0..1000u64).collect(), |task| task * task);
        assert!(squares.into_iter().eq((0..1000).map(|task| task * task)));
        assert!(each(Vec::<u64>::new(), |task| task).is_empty());
    }
}
