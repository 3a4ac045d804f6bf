// A module that is no job, for tests.
export default 'no function';
