import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Lucene's Monitor over the articles and watches of a run of `rasid bench analysis`, on one thread.
 *
 * <p>Arguments: a file of articles, one a line; a file of watches (see `read`); seconds of warm-up; the sizes. Prints one
 * JSON object for each size and presearcher. Times are CPU time of the thread that matches.
 */
public final class Watches {
  private static final String FIELD = "text";
  private static final int PASSES = 4; // of the multipass presearcher
  private static final int ROUNDS = 3; // of which the quickest counts, as in Python
  private static final int BATCH = 1_000; // watches registered at once
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Analyzer ANALYZER = new ArabicAnalyzer();

  private static long matches;
  private static long run;

  public static void main(String[] given) throws IOException {
    List<String> articles = Files.readAllLines(Path.of(given[0]));
    List<Query> watches = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(Path.of(given[1]))) {
      for (String line; (line = lines.readLine()) != null; ) {
        Query query = read(new ArrayDeque<>(List.of(line.split("\t"))));
        if (query != null) {
          watches.add(query);
        }
      }
    }
    for (int each = 3; each < given.length; each++) {
      List<Query> some = watches.subList(0, Math.min(Integer.parseInt(given[each]), watches.size()));
      measure("default", TermFilteredPresearcher::new, some, articles, Double.parseDouble(given[2]));
      measure("multipass", () -> new MultipassTermFilteredPresearcher(PASSES), some, articles, Double.parseDouble(given[2]));
    }
  }

  /**
   * A query in prefix order: `all N`, `any N`, `not`, each followed by its parts; `term` by its text. Null where it asks
   * for nothing but stop words: as Lucene's own parser, this one drops such parts.
   */
  private static Query read(Queue<String> tokens) throws IOException {
    String kind = tokens.remove();
    if (kind.equals("term")) {
      return term(tokens.remove());
    }
    int count = Integer.parseInt(tokens.remove());
    BooleanQuery.Builder made = new BooleanQuery.Builder();
    boolean asks = false;
    for (int part = 0; part < count; part++) {
      boolean denied = tokens.peek().equals("not");
      if (denied) {
        tokens.remove();
      }
      Query query = read(tokens);
      if (query != null) {
        made.add(query, denied ? Occur.MUST_NOT : kind.equals("all") ? Occur.MUST : Occur.SHOULD);
        asks |= !denied;
      }
    }
    return asks ? made.build() : null;
  }

  /** What the analyzer makes of a word or phrase; null of stop words. */
  private static Query term(String text) throws IOException {
    PhraseQuery.Builder made = new PhraseQuery.Builder();
    int position = -1;
    try (TokenStream tokens = ANALYZER.tokenStream(FIELD, text)) {
      CharTermAttribute letters = tokens.addAttribute(CharTermAttribute.class);
      PositionIncrementAttribute step = tokens.addAttribute(PositionIncrementAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        position += step.getPositionIncrement();
        made.add(new Term(FIELD, letters.toString()), position);
      }
      tokens.end();
    }
    PhraseQuery phrase = made.build();
    return switch (phrase.getTerms().length) {
      case 0 -> null;
      case 1 -> new TermQuery(phrase.getTerms()[0]);
      default -> phrase;
    };
  }

  private static void measure(
      String name, Supplier<Presearcher> presearcher, List<Query> watches, List<String> articles, double warmUp)
      throws IOException {
    long begun = THREADS.getCurrentThreadCpuTime();
    try (Monitor monitor = new Monitor(ANALYZER, presearcher.get(), new MonitorConfiguration())) {
      List<MonitorQuery> batch = new ArrayList<>();
      for (int each = 0; each < watches.size(); each++) {
        batch.add(new MonitorQuery("w" + each, watches.get(each)));
        if (batch.size() == BATCH || each == watches.size() - 1) {
          monitor.register(batch);
          batch.clear();
        }
      }
      double loading = (THREADS.getCurrentThreadCpuTime() - begun) / 1e9;
      long until = System.nanoTime() + (long) (warmUp * 1e9);
      do {
        pass(monitor, articles);
      } while (System.nanoTime() < until);
      double least = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        least = Math.min(least, pass(monitor, articles));
      }
      double count = articles.size();
      System.out.printf(
          "{\"presearcher\":\"%s\",\"watches\":%d,\"micros\":%.1f,\"matches\":%.3f,\"verified\":%.2f,\"load_seconds\":%.2f}%n",
          name, watches.size(), least / count / 1e3, matches / count, run / count, loading);
    }
  }

  /** Matches every article once; nanoseconds of CPU. */
  private static double pass(Monitor monitor, List<String> articles) throws IOException {
    matches = 0;
    run = 0;
    long begun = THREADS.getCurrentThreadCpuTime();
    for (String article : articles) {
      Document document = new Document();
      document.add(new TextField(FIELD, article, Field.Store.NO));
      MatchingQueries<QueryMatch> found = monitor.match(document, QueryMatch.SIMPLE_MATCHER);
      matches += found.getMatchCount();
      run += found.getQueriesRun();
    }
    return THREADS.getCurrentThreadCpuTime() - begun;
  }

  private Watches() {}
}
