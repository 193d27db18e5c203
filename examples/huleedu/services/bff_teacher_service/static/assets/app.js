document.body.append("HuleEdu");
