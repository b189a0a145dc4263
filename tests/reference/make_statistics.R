# Called by make_statistics.py: reads the tables as JSON from stdin, writes what R makes of them to stdout.
suppressMessages({library(jsonlite); library(exactRankTests)})
tables <- fromJSON(file("stdin"), simplifyVector = FALSE)
v <- function(x) vapply(x, as.numeric, 0)
m <- function(x) do.call(rbind, lapply(x, v))
test <- function(t) list(statistic = unname(t$statistic), p_value = t$p.value)
out <- list(version = R.version.string)
out$paired <- lapply(tables$paired, function(x) {
  d <- v(x)
  t <- t.test(d)
  t90 <- t.test(d, conf.level = 0.9)
  wn <- suppressWarnings(wilcox.test(d, exact = FALSE, correct = FALSE))
  wc <- suppressWarnings(wilcox.test(d, exact = FALSE, correct = TRUE))
  we <- suppressWarnings(wilcox.exact(d, exact = TRUE))
  b <- binom.test(sum(d > 0), sum(d != 0))
  list(t = test(t), low = t$conf.int[1], high = t$conf.int[2], low90 = t90$conf.int[1], high90 = t90$conf.int[2],
       r_plus = unname(wn$statistic), normal = wn$p.value, corrected = wc$p.value, exact = we$p.value,
       sign = b$p.value,
       plain_exact = if (any(duplicated(abs(d))) || any(d == 0)) NULL else wilcox.test(d, exact = TRUE)$p.value)
})
out$tables <- lapply(tables$tables, function(x) {
  y <- m(x)
  q <- quade.test(y)
  list(friedman = test(friedman.test(y)), quade = test(q))
})
out$families <- lapply(tables$families, function(x) {
  p <- v(x)
  as <- function(method) p.adjust(p, method)
  list(bonferroni = as("bonferroni"), holm = as("holm"), hochberg = as("hochberg"), benjamini_hochberg = as("BH"))
})
out$ptukey <- lapply(tables$ranges, function(x) ptukey(x[[1]], x[[2]], Inf, lower.tail = FALSE))
out$mcnemar <- lapply(tables$mcnemar, function(x) test(mcnemar.test(matrix(c(10, x[[1]], x[[2]], 10), 2))))
cat(toJSON(out, digits = I(17), auto_unbox = TRUE, null = "null"))
