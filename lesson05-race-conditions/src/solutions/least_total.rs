//! Thread 2 sleeps over two updates of thread 1 and wipes them out; then thread 1 sleeps over two of thread 2's.

/// Who takes each step, 1 or 2: nine times each.
pub fn schedule() -> Vec<usize> {
    let sleeps_on_zero = [2];
    let two_for_nothing = [1, 1, 1, 1, 1, 1];
    let wipes_them_out = [2, 2]; // the counter is 1
    let sleeps_on_one = [1, 1];
    let two_more_for_nothing = [2, 2, 2, 2, 2, 2];
    let has_the_last_word = [1]; // 1 + 1
    [&sleeps_on_zero[..], &two_for_nothing, &wipes_them_out, &sleeps_on_one, &two_more_for_nothing, &has_the_last_word]
        .concat()
}
