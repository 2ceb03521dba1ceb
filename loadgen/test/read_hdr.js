// Reads a log and a percentile distribution of ours with somebody else's
// implementation (hdr-histogram-js), and compares both with our record.
// Usage: node read_hdr.js LOG RECORD HGRM. Exit 0 if all agree, else 1.
'use strict';
const fs = require('fs');
const hdr = require('hdr-histogram-js');

const [logText, recordText, hgrmText] =
    process.argv.slice(2).map((path) => fs.readFileSync(path, 'utf8'));
const record = JSON.parse(recordText);
let wrong = 0;

function check(name, theirs, ours) {
  const same = theirs === ours;
  console.log(`${same ? 'same ' : 'WRONG'} ${name}: ${theirs} and ${ours}`);
  if (!same)
    wrong++;
}

// All intervals of a tag added up, by tag.
function sumByTag(text) {
  const reader = new hdr.HistogramLogReader(text);
  const sums = new Map();
  let interval;
  while ((interval = reader.nextIntervalHistogram()) != null) {
    if (!sums.has(interval.tag))
      sums.set(interval.tag, hdr.build({
        highestTrackableValue : 3.6e12,
        numberOfSignificantValueDigits : 3,
        bitBucketSize : 64
      }));
    sums.get(interval.tag).add(interval);
  }
  return sums;
}

// Ours never tells more than the greatest value, theirs the end of its counter.
function compareTag(tag, sum, latency) {
  check(`${tag} count`, sum.totalCount, latency.count);
  for (const [name, percent] of [ [ 'p50', 50 ], [ 'p99', 99 ],
                                  [ 'p999', 99.9 ] ])
    check(`${tag} ${name}`,
          Math.min(sum.getValueAtPercentile(percent), latency.max),
          latency[name]);
  check(`${tag} max`, sum.maxValue, sum.highestEquivalentValue(latency.max));
}

// The rows of numbers: value, percentile, count; theirs have nothing behind
// these in the last row, where ours say "inf".
function rows(text) {
  return text.split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words.length >= 3 && !isNaN(words[0]))
      .map((words) => words.slice(0, 3).map(Number));
}

function compareRows(theirs, ours) {
  check('hgrm rows', theirs.length, ours.length);
  let differ = 0;
  theirs.forEach((row, i) => {
    const other = ours[i] || [];
    if (Math.abs(row[0] - other[0]) > 0.0011 ||
        Math.abs(row[1] - other[1]) > 2e-6 || row[2] !== other[2]) {
      differ++;
      console.log(`row ${i}: ${row} and ${other}`);
    }
  });
  check('hgrm rows that differ', differ, 0);
}

const sums = sumByTag(logText);
for (const [tag, latency] of Object.entries(record.latency_ns)) {
  // What belongs to no interval is not in a log of them.
  const expected = latency !== null && latency.count > 0 &&
                   tag !== 'connect_first';
  check(`${tag} is there`, sums.has(tag), expected);
  if (expected && sums.has(tag))
    compareTag(tag, sums.get(tag), latency);
}
const felt = sums.get('response') || sums.get('service');
compareRows(rows(felt.outputPercentileDistribution(5, 1000)), rows(hgrmText));
process.exit(wrong ? 1 : 0);
