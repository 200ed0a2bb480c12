//! Limits of what can be broken.

use super::*;

pub fn faults() {
    let mut world = cluster(2);
    for _ in 0..limits::FAULTS.max {
        allowed(line(&mut world, "cut from=1 to=2"));
    }
    past(line(&mut world, "cut from=1 to=2"), &limits::FAULTS);
    allowed(line(&mut world, "heal fault=1"));
    allowed(line(&mut world, "cut from=1 to=2"));
}

pub fn link_delay() {
    let slow = |delay_us| {
        let (from, to) = (vec![NodeName::Broker(1)], vec![NodeName::Everyone]);
        Command::Fault(Fault::SlowLink { link: Link { from, to, direction: Direction::Both }, delay_us })
    };
    let mut world = cluster(2);
    allowed(give(&mut world, &slow(limits::LINK_DELAY.max)));
    past(give(&mut world, &slow(limits::LINK_DELAY.max + 1)), &limits::LINK_DELAY);
}

pub fn disk_times() {
    let mut world = cluster(2);
    let max = limits::DISK_TIMES.max;
    allowed(line(&mut world, &format!("slow-disk broker=1 times={max}")));
    past(line(&mut world, &format!("slow-disk broker=1 times={}", max + 1)), &limits::DISK_TIMES);
    below(line(&mut world, "slow-disk broker=1 times=0"), &limits::DISK_TIMES);
}

pub fn clock_skew() {
    let skew = |ahead_us| Command::Fault(Fault::SkewClock { node: NodeName::Broker(1), ahead_us });
    let (mut world, max) = (cluster(2), limits::CLOCK_SKEW.max as i64);
    allowed(give(&mut world, &skew(max)));
    allowed(give(&mut world, &skew(-max)));
    past(give(&mut world, &skew(max + 1)), &limits::CLOCK_SKEW);
    past(give(&mut world, &skew(-max - 1)), &limits::CLOCK_SKEW);
}

pub fn loss() {
    let mut world = cluster(2);
    allowed(line(&mut world, &format!("lossy-link from=1 to=2 loss.percent={}", limits::LOSS.max)));
    past(line(&mut world, &format!("lossy-link from=1 to=2 loss.percent={}", limits::LOSS.max + 1)), &limits::LOSS);
    below(line(&mut world, "lossy-link from=1 to=2 loss.percent=0"), &limits::LOSS);
}
