export { allocateRanks, type RankBudget } from './allocate-ranks.ts';
export { lowRankFormat } from './format.ts';
export { type LowRankOptions, lowRank } from './low-rank.ts';
export { breakEvenRank, type RankChoice, rankFromPercent } from './rank.ts';
